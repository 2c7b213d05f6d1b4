// One statement over all rows of a table, a batch at a time, so that no transaction is long and no row stays locked.
import type { JobRun } from '../../jobs/runner.ts'
import { bind, ident, input, type Sql, sql, toStatement, trusted } from '../../sql/sql.ts'

const BATCH_ROWS = 2_000

/**
 * @param write makes a data-modifying statement over the rows of CTE `batch`, which has the column `id`
 * @param where which rows `t`; absent: all
 */
export async function eachBatch(
  { connection, progress, signal }: JobRun,
  table: { schema: string; name: string },
  write: Sql,
  where: Sql = trusted('TRUE'),
): Promise<void> {
  const name = ident(table.schema, table.name)
  const [row] = await connection.query(toStatement(sql`SELECT count(*) FROM ${name} AS t WHERE ${where}`).text)
  const total = Math.max(1, Number(row?.[0] ?? 0))
  const batch = sql`SELECT t.id FROM ${name} AS t WHERE t.id > ${input('after', 'uuid')} AND ${where} ORDER BY t.id LIMIT ${trusted(String(BATCH_ROWS))}`
  const statement = toStatement(
    sql`WITH batch AS (${batch}), written AS (${write}) SELECT max(id::text), count(*) FROM batch`,
  )
  let after = '00000000-0000-0000-0000-000000000000'
  for (let done = 0; ; ) {
    signal.throwIfAborted()
    const [last] = await connection.query(statement.text, bind(statement, { after }))
    if (!last?.[0]) return
    after = last[0]
    done += Number(last[1])
    await progress(Math.min(1, done / total))
  }
}
