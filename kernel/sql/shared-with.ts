// With whom a record was ever shared, in 64 bits that lie in the row: one bit for each person, team or partner, chosen
// by the last byte of the id. Where none of the reader's bits is set nothing is shared with them, and the shares need
// not be looked at; where one is, the shares decide. Bits are only ever added, so that whatever a share becomes, or
// went through, the row errs on the side of looking.
import type { EntityModel, Model } from '../catalog/model.ts'
import { ident, input, join, literal, param, type Sql, sql, trusted } from './sql.ts'

export const SHARE_ENTITY = 'system.share'
/** Hidden column of every table of records; NULL: never shared. */
export const SHARED_WITH = '_shared_with'
/** Input: the bits of the reader. */
export const SHARED_MASK = 'acl:mask'

/** @returns a bigint as text */
export function maskOf(principals: readonly string[]): string {
  const bits = principals.map((id) => 1n << BigInt(Number.parseInt(id.slice(-2), 16) & 63))
  const mask = bits.reduce((all, bit) => all | bit, 0n)
  return BigInt.asIntN(64, mask).toString()
}

/** Of a row of the table itself: was it ever shared with one whose bit is among the reader's? */
export const isPerhapsShared = (row: string): Sql =>
  sql`(${ident(row, SHARED_WITH)} & ${input(SHARED_MASK, 'bigint')}) <> 0`

/** Columns of shares, under the alias `s`. */
export function sharesTable(model: Model) {
  const shares = model.find(SHARE_ENTITY)
  const [principal, access, until] = ['principal', 'access', 'until'].map((name) => shares?.field(name)?.columns.at(-1))
  const [kind, record] = shares?.field('on')?.columns ?? []
  if (!shares || !kind || !record || !principal || !access || !until) return undefined
  const column = ({ column }: { column: string }): Sql => ident('s', column)
  return {
    table: sql`${ident(model.snapshot.schema, shares.entity.table)} AS s`,
    kind: column(kind),
    record: column(record),
    principal: column(principal),
    access: column(access),
    until: column(until),
  }
}

/** Also under the names that the entity had. */
export const namesOf = ({ entity }: EntityModel): Sql => join([entity.name, ...entity.aliases].map(literal), ', ')

/** Names of the entities whose records these shares open. */
export function sharedEntities(model: Model, ids: string): Sql | undefined {
  const shares = sharesTable(model)
  return shares && sql`SELECT DISTINCT ${shares.kind} FROM ${shares.table} WHERE s.id = ANY(${param(ids, 'uuid[]')})`
}

/**
 * Marks the records of one entity that these shares open. Rows are locked in the order of their ids, so that two who
 * share the same records at a time wait for each other instead of stopping each other.
 * @param ids of shares, an array of uuid as text
 */
export function markShared(model: Model, entity: EntityModel, ids: string): Sql | undefined {
  const shares = sharesTable(model)
  if (!shares) return undefined
  const { table, kind, record, principal } = shares
  const records = ident(model.snapshot.schema, entity.entity.table)
  const marks = ident('r', SHARED_WITH)
  const bit = sql`(${trusted('1::bigint')} << (get_byte(uuid_send(${principal}), 15) & 63))`
  const wanted = sql`SELECT ${record} AS id, bit_or(${bit}) AS bits FROM ${table} WHERE s.id = ANY(${param(ids, 'uuid[]')}) AND ${kind} IN (${namesOf(entity)}) GROUP BY 1`
  const missing = sql`SELECT r.id, w.bits FROM ${records} AS r JOIN (${wanted}) AS w ON r.id = w.id WHERE (w.bits & ~COALESCE(${marks}, 0)) <> 0 ORDER BY r.id FOR NO KEY UPDATE OF r`
  return sql`UPDATE ${records} AS r SET ${ident(SHARED_WITH)} = COALESCE(${marks}, 0) | m.bits FROM (${missing}) AS m WHERE r.id = m.id`
}
