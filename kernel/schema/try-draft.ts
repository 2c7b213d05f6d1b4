// A draft tried on real records before it is published: its statements and its rules are run in a transaction that is
// rolled back. What is answered is what the next write of each record would meet.
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../sdk/errors.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { type EntityModel, Model } from '../catalog/model.ts'
import type { Reserved } from '../run/database.ts'
import { differences } from '../sql/change-sql.ts'
import { failingRecords } from '../sql/checked-row.ts'
import { computedFields } from '../sql/computed-sql.ts'
import { type EntityCheck, entityChecks } from '../sql/entity-checks.ts'
import { newRow } from '../sql/row-values.ts'
import { bind, ident, input, join, type Sql, sql, toStatement } from '../sql/sql.ts'
import type { Draft } from './planner.ts'
import { rehearse } from './rehearse.ts'

export interface Trial {
  /** Rules of the draft that are new, or not as they were. */
  rules: readonly TriedRule[]
  /** By record. */
  refused: ReadonlyMap<string, readonly Problem[]>
  /** By record and field id: what is stored, and what the next write would store. */
  changed: ReadonlyMap<string, Readonly<Record<string, readonly [WireValue, WireValue]>>>
}

export interface TriedRule {
  kind: 'validation' | 'required' | 'computed'
  name: string
  /** Records that it would refuse, or change. */
  records: number
}

/**
 * @param before the entity as it is published
 * @param ids records to try it on
 * @throws RL501 RL502 the tables are busy
 */
export async function tryDraft(
  connection: Reserved,
  draft: Pick<Draft, 'snapshot' | 'statements'>,
  before: EntityModel,
  ids: readonly string[],
): Promise<Trial> {
  const model = new Model(draft.snapshot)
  const after = model.all().find(({ entity }) => entity.id === before.entity.id)
  if (!after) return { rules: [], refused: new Map(), changed: new Map() }
  return rehearse(connection, draft.statements, () => askRecords(connection, model, before, after, ids))
}

async function askRecords(
  connection: Reserved,
  model: Model,
  before: EntityModel,
  after: EntityModel,
  ids: readonly string[],
): Promise<Trial> {
  const checks = entityChecks(model, after, 'restore').filter(({ name }) => isNew(before, after, name))
  const computed = computedFields(after).filter(
    (field) => !isDeepStrictEqual(before.entity.fields.find(({ id }) => id === field.id)?.computed, field.computed),
  )
  const ask = async (query: Sql) => {
    const statement = toStatement(query)
    const params = bind(statement, { ids: `{${ids.join(',')}}` })
    return connection.query(statement.text, params, { isPlannedWithValues: true })
  }
  const failing =
    checks.length === 0
      ? []
      : await ask(failingRecords(model, after, checks, sql`t.id = ANY(${input('ids', 'uuid[]')})`))
  const refused = new Map(failing.map(([id, places]) => [id ?? '', problemsAt(checks, places ?? '{}')]))
  const rows = computed.length === 0 ? [] : await ask(recomputed(model, after, differences(computed, 'old', 'new')))
  const changed = new Map(rows.map(([id, json]): [string, Changes] => [id ?? '', JSON.parse(json ?? '{}')]))
  const count = (has: (id: string) => boolean): number => ids.filter(has).length
  return {
    refused,
    changed,
    rules: [
      ...checks.map(({ name, problem }): TriedRule => {
        const [kind = '', id = ''] = name.split(' ')
        const isValidation = kind === 'validation'
        const shown = isValidation ? nameOfValidation(after, id) : problem.path.slice(1)
        const records = count((one) => refused.get(one)?.includes(problem) ?? false)
        return { kind: isValidation ? 'validation' : 'required', name: shown, records }
      }),
      ...computed.map(
        ({ id, name }): TriedRule => ({
          kind: 'computed',
          name,
          records: count((one) => id in (changed.get(one) ?? {})),
        }),
      ),
    ],
  }
}

type Changes = Record<string, readonly [WireValue, WireValue]>

/** A check is called by its kind and the id of the validation or field that it is of. */
function isNew(before: EntityModel, after: EntityModel, check: string): boolean {
  const [kind, id] = check.split(' ')
  const ruleOf = ({ entity }: EntityModel): unknown =>
    kind === 'validation'
      ? entity.validations.find((one) => one.id === id)?.rule
      : entity.fields.find((one) => one.id === id)?.requiredIf
  return !isDeepStrictEqual(ruleOf(before), ruleOf(after))
}

const nameOfValidation = ({ entity }: EntityModel, id: string): string =>
  entity.validations.find((one) => one.id === id)?.name ?? id

const problemsAt = (checks: readonly EntityCheck[], places: string): Problem[] =>
  places
    .slice(1, -1)
    .split(',')
    .flatMap((place) => checks[Number(place)]?.problem ?? [])

/** The records as a write that sets nothing would leave them, where that differs. */
function recomputed(model: Model, entity: EntityModel, diff: Sql): Sql {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const old = sql`old AS (SELECT t.* FROM ${table} AS t WHERE t.id = ANY(${input('ids', 'uuid[]')}))`
  const stays = newRow(
    model,
    entity,
    new Set(),
    ({ column }) => ident('old', column),
    sql`FROM old`,
    ident('old', 'id'),
  )
  return sql`WITH ${join([old, ...stays], ', ')} SELECT x.id, x.diff FROM (SELECT new.id, ${diff} AS diff FROM new JOIN old ON old.id = new.id) AS x WHERE x.diff <> '{}'::jsonb`
}
