// What the metadata asks of every record that is written: validations, conditions of fields and of options. Each is a
// check of the statement that writes, and the problem that is told when it does not hold.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import { textFor } from '../../sdk/fields/label.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { Text } from '../../sdk/metadata/source.ts'
import { type CheckedRule, checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { isPending } from '../catalog/pending.ts'
import { changeScope, everyRead, findLeaf } from '../catalog/scope.ts'
import { writtenColumns } from '../plan/field-value.ts'
import type { RowCheck } from './checked-row.ts'
import type { RowSource } from './row-source.ts'
import { defaultInput } from './row-values.ts'
import { input, join, literal, type Sql, sql } from './sql.ts'

export interface EntityCheck extends RowCheck {
  problem: Problem
}

/**
 * `new`: rows that come into being. `restore`: rows that come out of the trash as they are. An object: a change, which
 * sets the fields of these names.
 */
export type Occasion = 'new' | 'restore' | { provided: ReadonlySet<string> }

const NONE: ReadonlySet<string> = new Set()

/** @param free fields that are not asked whether they may be set as the record stands */
export function entityChecks(
  model: Model,
  entity: EntityModel,
  occasion: Occasion,
  free: ReadonlySet<string> = NONE,
): EntityCheck[] {
  const fields = entity.entity.fields
  const isSet = (field: Field): boolean => typeof occasion === 'string' || occasion.provided.has(field.name)
  const set = occasion === 'restore' ? [] : fields.filter(isSet)
  const checks = [
    ...fields.flatMap((field) => requiredCheck(model, entity, field)),
    ...set.flatMap((field) => (free.has(field.name) ? [] : readOnlyCheck(model, entity, field))),
    ...set.flatMap((field) => optionCheck(model, entity, field)),
    ...entity.entity.validations.map(({ id, name, rule, message, field }): EntityCheck => {
      const holds = ruleOn(model, entity, rule)
      return {
        name: `validation ${id}`,
        condition: (row, before) => sql`(${holds(row, before)} IS TRUE)`,
        problem: {
          path: field === undefined ? '' : `/${field}`,
          key: 'validation',
          params: { name },
          ...authored(message),
        },
      }
    }),
  ]
  return occasion === 'restore' ? checks.map(asUnchanged) : checks
}

/** What comes back from the trash is as it was. */
const asUnchanged = (check: EntityCheck): EntityCheck => ({ ...check, condition: (row) => check.condition(row, row) })

/** What an author says: in one language for everybody, and in all that it is written in. */
export const authored = (text: Text): Pick<Problem, 'message' | 'text'> => ({ message: textFor(text, 'en'), text })

function requiredCheck(model: Model, entity: EntityModel, field: Field): EntityCheck[] {
  if (field.requiredIf === undefined || field.required) return []
  const asks = ruleOn(model, entity, field.requiredIf)
  return [
    {
      name: `required ${field.id}`,
      condition: (row, before) => sql`(${asks(row, before)} IS NOT TRUE OR NOT ${isEmpty(field, row)})`,
      problem: { path: `/${field.name}`, key: 'required', message: 'is required' },
    },
  ]
}

/** Of a change the record as it was decides; a new record may leave such a field to its default. */
function readOnlyCheck(model: Model, entity: EntityModel, field: Field): EntityCheck[] {
  if (field.readOnlyIf === undefined) return []
  const asks = ruleOn(model, entity, field.readOnlyIf)
  const isDefault = (row: RowSource): Sql =>
    every(
      field,
      ({ column, sqlType }) => sql`${row.own(column)} IS NOT DISTINCT FROM ${input(defaultInput(column), sqlType)}`,
    )
  return [
    {
      name: `read-only ${field.id}`,
      condition: (row, before) =>
        before
          ? sql`(${asks(before)} IS NOT TRUE OR ${isSame(field, row, before)})`
          : sql`(${asks(row)} IS NOT TRUE OR ${isEmpty(field, row)} OR ${isDefault(row)})`,
      problem: { path: `/${field.name}`, key: 'read_only_now', message: 'cannot be changed as the record stands' },
    },
  ]
}

/** Of the options that a record gets anew; those that it has stay. */
function optionCheck(model: Model, entity: EntityModel, field: Field): EntityCheck[] {
  const options = (field.options.choices ?? []).filter((option) => option.if !== undefined)
  const [column] = field.columns
  if (options.length === 0 || !column) return []
  const conditions = options.map(({ value, if: rule }) => ({ value, asks: ruleOn(model, entity, rule) }))
  const isList = column.sqlType === 'text[]'
  const one = (row: RowSource, before: RowSource | undefined): Sql =>
    sql`CASE ${row.own(column.column)} ${join(
      conditions.map(({ value, asks }) => sql`WHEN ${literal(value)} THEN ${asks(row, before)} IS TRUE`),
      ' ',
    )} ELSE TRUE END`
  const several = (row: RowSource, before: RowSource | undefined): Sql =>
    join(
      conditions.map(({ value, asks }) => {
        const has = (source: RowSource): Sql => sql`(${source.own(column.column)} @> ARRAY[${literal(value)}]::text[])`
        const had = before ? sql` OR ${has(before)} IS TRUE` : sql``
        return sql`(${has(row)} IS NOT TRUE${had} OR ${asks(row, before)} IS TRUE)`
      }),
      ' AND ',
    )
  return [
    {
      name: `option ${field.id}`,
      condition: (row, before) => {
        if (isList) return sql`(${several(row, before)})`
        return before ? sql`(${isSame(field, row, before)} OR ${one(row, before)})` : one(row, before)
      },
      problem: {
        path: `/${field.name}`,
        key: 'option_not_offered',
        message: 'is set to an option that is not offered here',
      },
    },
  ]
}

const isEmpty = (field: Field, row: RowSource): Sql => every(field, ({ column }) => sql`${row.own(column)} IS NULL`)

const isSame = (field: Field, row: RowSource, before: RowSource): Sql =>
  every(field, ({ column }) => sql`${row.own(column)} IS NOT DISTINCT FROM ${before.own(column)}`)

function every(field: Field, test: (column: Field['columns'][number]) => Sql): Sql {
  return sql`(${join(writtenColumns(field).map(test), ' AND ')})`
}

type RuleOn = (row: RowSource, before?: RowSource) => Sql

/** @throws RL212 it reads a value that is still being computed: nobody can tell whether it holds */
function ruleOn(model: Model, entity: EntityModel, rule: unknown): RuleOn {
  const checked = checkRule(rule, changeScope(model, entity), { kind: 'boolean' })
  if (!checked.ok)
    throw new RelataError('RL203', `A rule of ${entity.entity.name} is not valid.`, { problems: checked.problems })
  refusePending(model, entity, checked.rule)
  return (row, before) => sql`(${row.predicate(checked.rule, { before })})`
}

function refusePending(model: Model, entity: EntityModel, rule: CheckedRule): void {
  for (const { owner: start, path } of everyRead(model, entity, rule)) {
    const leaf = findLeaf(model, start, path)
    const owner = leaf && model.find(leaf.owner.entity.name)
    if (!leaf?.field || !owner || !isPending(model, owner, leaf.field)) continue
    throw new RelataError('RL212', `A rule of ${entity.entity.name} reads “${path}”, which is still being computed.`, {
      hint: 'Try again in a moment.',
    })
  }
}
