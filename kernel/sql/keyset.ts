// Order and paging by keyset. Empty values stand last in either direction; the plain index (column, id) serves both,
// because the rows with a value and those without are two branches that PostgreSQL reads one after the other.
import type { SortPlan } from '../plan/read-plan.ts'
import { input, join, type Sql, sql, trusted } from './sql.ts'

export interface Key {
  sql: Sql
  sqlType: string
  direction: 'asc' | 'desc'
  isNullable: boolean
}

/** The keys of a page in order, `id` last so that the order is total; it follows the first key's direction. */
export function keysOf(sort: readonly SortPlan[], columns: readonly Sql[], id: Sql): Key[] {
  const keys = sort.map(
    (plan, index): Key => ({
      sql: columns[index] as Sql,
      sqlType: plan.path.sqlType,
      direction: plan.direction,
      isNullable: plan.isNullable,
    }),
  )
  return [...keys, { sql: id, sqlType: 'uuid', direction: sort[0]?.direction ?? 'asc', isNullable: false }]
}

export function orderBy(keys: readonly Key[]): Sql {
  const parts = keys.map(
    (key) =>
      sql`${key.sql} ${trusted(key.direction === 'asc' ? 'ASC' : 'DESC')}${trusted(key.isNullable ? nullsLast(key) : '')}`,
  )
  return sql`ORDER BY ${join(parts, ', ')}`
}

/** Ascending order has them last anyway; saying so would keep PostgreSQL from nothing, but the text stays short. */
const nullsLast = (key: Key): string => (key.direction === 'desc' ? ' NULLS LAST' : '')

/** The rows that stand after the cursor, whose values are the inputs `c0`, `c1` …; `nulls` says which of them are null. */
export function afterCursor(keys: readonly Key[], nulls: readonly boolean[], firstInput = 0): Sql {
  const branches: Sql[] = []
  for (let index = 0; index < keys.length; index++) {
    const beyond = isAfter(keys[index] as Key, nulls[index] ?? false, index + firstInput)
    if (!beyond) continue
    const equal = keys.slice(0, index).map((key, place) => isSame(key, nulls[place] ?? false, place + firstInput))
    branches.push(join([...equal, beyond], ' AND '))
  }
  const condition = sql`(${join(
    branches.map((branch) => sql`(${branch})`),
    ' OR ',
  )})`
  const [first] = keys
  // Said once more in the plain form that an index can start from.
  return first && keys.length > 1 && !nulls[0] && !first.isNullable
    ? sql`${first.sql} ${atOrAfter(first)} ${value(first, firstInput)} AND ${condition}`
    : condition
}

const value = (key: Key, index: number): Sql => input(`c${index}`, key.sqlType)
const atOrAfter = (key: Key): Sql => trusted(key.direction === 'asc' ? '>=' : '<=')

function isAfter(key: Key, isNull: boolean, index: number): Sql | undefined {
  if (isNull) return undefined
  const beyond = sql`${key.sql} ${trusted(key.direction === 'asc' ? '>' : '<')} ${value(key, index)}`
  return key.isNullable ? sql`(${beyond} OR ${key.sql} IS NULL)` : beyond
}

const isSame = (key: Key, isNull: boolean, index: number): Sql =>
  isNull ? sql`${key.sql} IS NULL` : sql`${key.sql} = ${value(key, index)}`
