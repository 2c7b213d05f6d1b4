// Values that a change of type brings from a field's old columns into its new ones. In a large table they are brought
// over beforehand, a batch at a time, while everybody works on; the publish itself then copies only what changed
// meanwhile. The old columns go, so that a writer who still knows the old version fails and takes up the new one.
import type { Queryable, Transaction } from '../run/database.ts'
import type { PlanStep } from '../services.ts'
import { ident, input, join, literal, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import type { ActualSchema } from './actual.ts'
import { addColumn, dropColumn } from './ddl.ts'
import { plain } from './difference.ts'
import type { ChangedField } from './obstacles.ts'
import type { Physical } from './physical.ts'
import { transact } from './transact.ts'
import type { CopiedColumn } from './type-changes.ts'

export interface Copy {
  table: string
  columns: readonly CopiedColumn[]
  /** `ADD COLUMN` of each column that is not there yet. */
  additions: readonly { column: string; sql: readonly string[] }[]
  oldColumns: readonly string[]
  isLarge: boolean
  title: string
}

const BATCH_ROWS = 5_000
/** Marks columns that are being filled for a publish to come; those of a publish that never came are removed. */
const MARK = 'relata: being filled'

const text = (query: Sql): string => toStatement(query).text

export function copiesOf(
  schema: string,
  changed: readonly ChangedField[],
  actual: ActualSchema,
  small: ReadonlySet<string>,
): Copy[] {
  return changed.flatMap(({ entity, before, after, change }): Copy[] => {
    const there = actual.tables.get(entity.table)
    if (change.how !== 'copy' || !there) return []
    const kept = new Set(after.columns.map(({ column }) => column))
    return [
      {
        table: entity.table,
        columns: change.columns,
        additions: after.columns
          .filter(({ column }) => !there.columns.has(column))
          .map(({ column, sqlType, part }) => ({
            column,
            sql: addColumn(schema, entity.table, { name: column, sqlType, part }),
          })),
        oldColumns: before.columns
          .map(({ column }) => column)
          .filter((name) => there.columns.has(name) && !kept.has(name)),
        isLarge: !small.has(entity.table),
        title: `bring the values of ${plain(after.label)} of ${plain(entity.label)} into their new form`,
      },
    ]
  })
}

export function copySteps(schema: string, copies: readonly Copy[]): PlanStep[] {
  return copies.map((copy) => ({ text: copy.title, kind: 'change', phase: 'now', sql: copyStatements(schema, copy) }))
}

export function copyStatements(schema: string, copy: Copy): string[] {
  const table = ident(schema, copy.table)
  return [
    text(sql`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`),
    text(sql`UPDATE ${table} AS t SET ${assignments(copy)} WHERE ${differs(copy)}`),
    ...copy.oldColumns.map((column) => dropColumn(schema, copy.table, column)),
    ...(copy.isLarge
      ? copy.columns.map(({ column }) => text(sql`COMMENT ON COLUMN ${ident(schema, copy.table, column)} IS NULL`))
      : []),
  ]
}

const assignments = ({ columns }: Copy): Sql =>
  join(
    columns.map(({ column, value }) => sql`${ident(column)} = ${value}`),
    ', ',
  )
const differs = ({ columns }: Copy): Sql =>
  join(
    columns.map(({ column, value }) => sql`${ident('t', column)} IS DISTINCT FROM ${value}`),
    ' OR ',
  )

/** Bring most of the values over, outside the publishing transaction. Run under the tenant's publishing lock. */
export async function prepareCopy(connection: Transaction, schema: string, copy: Copy): Promise<void> {
  for (const { column, sql: statements } of copy.additions) {
    const mark = text(sql`COMMENT ON COLUMN ${ident(schema, copy.table, column)} IS ${literal(MARK)}`)
    await transact(connection, [...statements, mark], 2_000)
  }
  const table = ident(schema, copy.table)
  const batch = sql`SELECT b.id FROM ${table} AS b WHERE b.id > ${input('after', 'uuid')} ORDER BY b.id LIMIT ${trusted(String(BATCH_ROWS))}`
  const update = sql`UPDATE ${table} AS t SET ${assignments(copy)} FROM batch WHERE t.id = batch.id AND (${differs(copy)})`
  const query = text(sql`WITH batch AS (${batch}), written AS (${update}) SELECT max(id::text) FROM batch`)
  let after: string | null = '00000000-0000-0000-0000-000000000000'
  while (after !== null) after = (await lastOf(connection, query, after)) ?? null
}

async function lastOf(connection: Queryable, query: string, after: string): Promise<string | null> {
  const [row] = await connection.query(query, [after])
  return row?.[0] ?? null
}

/** Columns that a publish was filling and that nobody asks for any more. */
export function outdatedColumns(schema: string, actual: ActualSchema, physical: Physical): PlanStep[] {
  const wanted = new Map(
    physical.tables.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]),
  )
  return [...actual.tables.values()].flatMap(({ name: table, columns }) =>
    [...columns]
      .filter(([name, { comment }]) => comment === MARK && !wanted.get(table)?.has(name))
      .map(
        ([name]): PlanStep => ({
          text: `remove the column ${name} that an unfinished publish left behind`,
          kind: 'change',
          phase: 'now',
          sql: [dropColumn(schema, table, name)],
        }),
      ),
  )
}
