// Changes that really happened to records, from their history: what hooks are tried on.
import type { AfterHook, BeforeHook, RecordOperation } from '../../../sdk/plugin/behaviour.ts'
import { runSql } from '../../auth/system-table.ts'
import type { EntityModel } from '../../catalog/model.ts'
import type { Context } from '../../run/context.ts'
import { uuidArray } from '../../run/extremes.ts'
import type { Queryable } from '../../run/database.ts'
import { ident, param, sql } from '../../sql/sql.ts'

export interface RealChange {
  operation: RecordOperation
  /** ISO 8601 */
  at: string
  /** Field name → value before; of an update. */
  before: Readonly<Record<string, unknown>>
}

/** Of one record: what happened longer ago is not looked for. */
const LATEST = 50

/** By record, newest first. */
export async function realChanges(
  { model }: Context,
  tx: Queryable,
  { entity }: EntityModel,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly RealChange[]>> {
  const rows = await runSql(
    tx,
    sql`SELECT h.record, h.operation, to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), h.changes
      FROM unnest(${param(uuidArray(ids), 'uuid[]')}) AS r(id)
      CROSS JOIN LATERAL (SELECT record, operation, at, changes, id FROM ${ident(model.snapshot.schema, '_history')}
        WHERE record = r.id AND entity = ${param(entity.id, 'text')} ORDER BY id DESC LIMIT ${param(String(LATEST), 'int4')}) AS h
      ORDER BY h.record, h.id DESC`,
  )
  const names = new Map(entity.fields.map(({ id, name }) => [id, name]))
  const found = new Map<string, RealChange[]>()
  for (const [record, operation, at, json] of rows) {
    const changes: Record<string, readonly [unknown, unknown]> = JSON.parse(json ?? '{}')
    const before = Object.entries(changes).map(([id, [old]]) => [names.get(id) ?? id, old] as const)
    const list = found.get(record ?? '') ?? []
    found.set(record ?? '', list)
    list.push({ operation: operationOf(operation), at: at ?? '', before: Object.fromEntries(before) })
  }
  return found
}

const operationOf = (text: string | null | undefined): RecordOperation =>
  text === 'create' || text === 'delete' || text === 'restore' ? text : 'update'

/** @returns the last one that the hook would have been asked about; undefined: there is none */
export function concerning(
  { entity }: EntityModel,
  { on, fields }: Pick<BeforeHook | AfterHook, 'on' | 'fields'>,
  changes: readonly RealChange[],
  now: string,
): RealChange | undefined {
  const waitsFor = fields?.map((name) => entity.fields.find((one) => isCalled(one, name))?.name ?? name)
  const isIt = ({ operation, before }: RealChange): boolean =>
    on.includes(operation) && (operation !== 'update' || !waitsFor || waitsFor.some((name) => name in before))
  const real = changes.find(isIt)
  if (real) return real
  const [first] = on
  // Records that are there were not deleted last; and some entities keep no history.
  const isOfGone = on.every((one) => one === 'delete' || one === 'restore')
  if (first === undefined || (changes.length > 0 && !isOfGone)) return undefined
  return { operation: first, at: now, before: Object.fromEntries((waitsFor ?? []).map((name) => [name, null])) }
}

const isCalled = ({ name, aliases }: { name: string; aliases: readonly string[] }, called: string): boolean =>
  name === called || aliases.includes(called)
