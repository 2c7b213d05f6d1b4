// Defaults that are rules: what they yield of the moment, of whoever writes, and of the values beside them that the
// writer gave, before there is a record that the database could be asked about.
import type { Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import { checkRule, compileRule, type RuleEnvironment, type RuleType, type RuleValue } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { entityScope, findLeaf } from '../catalog/scope.ts'

/** Stored text of a column of the row in the making; null: nothing. */
export type ReadColumn = (column: FieldColumn) => string | null

export interface DefaultRule {
  /** The same for every row of a request. */
  isShared: boolean
  value(row: ReadColumn, environment: RuleEnvironment): RuleValue
}

const known = new WeakMap<Model, WeakMap<Field, DefaultRule>>()

export function defaultRule(model: Model, entity: EntityModel, field: Field, rule: unknown): DefaultRule {
  const rules = known.get(model) ?? new WeakMap<Field, DefaultRule>()
  known.set(model, rules)
  const made = rules.get(field) ?? compile(model, entity, rule)
  rules.set(field, made)
  return made
}

function compile(model: Model, entity: EntityModel, rule: unknown): DefaultRule {
  const checked = checkRule(rule, entityScope(model, entity))
  if (!checked.ok) return { isShared: true, value: () => null }
  return {
    isShared: checked.rule.reads.length === 0,
    value: compileRule<ReadColumn>(checked.rule, (path) => reader(model, entity, path)),
  }
}

/** Publishing lets no default read what is not of the row itself. */
function reader(model: Model, entity: EntityModel, path: string): (row: ReadColumn) => RuleValue {
  const leaf = findLeaf(model, entity, path)
  if (leaf?.field?.type === 'formula') return formula(model, entity, leaf.field)
  const column = leaf?.field?.columns.find(({ part }) => part === leaf.part)
  if (!column || leaf?.steps !== 0) return () => null
  return (row) => fromText(row(column), column.ruleType)
}

function formula(model: Model, entity: EntityModel, { options }: Field): (row: ReadColumn) => RuleValue {
  const checked = checkRule(options.rule, entityScope(model, entity))
  return checked.ok ? compileRule<ReadColumn>(checked.rule, (path) => reader(model, entity, path)) : () => null
}

function fromText(text: string | null, { kind }: RuleType): RuleValue {
  if (text === null) return null
  if (kind === 'boolean') return text === 'true' || text === 't'
  return kind === 'number' ? Number(text) : text
}
