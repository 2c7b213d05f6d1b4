// Values that the kernel writes into records by itself, written anew after a publish changed how they come about. They are
// not changes of a person: no version, no history.
import type { JobRun } from '../../jobs/runner.ts'
import { autoNumber, baseAmount, displayName } from '../../sql/row-values.ts'
import { ident, join, sql } from '../../sql/sql.ts'
import { eachBatch } from './batches.ts'
import { entityOf } from './payload.ts'

export async function writeDisplayNames(run: JobRun): Promise<void> {
  const { model } = run.loaded
  const { entity } = entityOf(model, run.payload)
  const table = { schema: model.snapshot.schema, name: entity.entity.table }
  const value = displayName(model, entity, 't')
  await eachBatch(
    run,
    table,
    sql`UPDATE ${ident(table.schema, table.name)} AS t SET display_name = ${value} FROM batch WHERE t.id = batch.id AND t.display_name IS DISTINCT FROM ${value}`,
  )
}

export async function writeBaseAmounts(run: JobRun): Promise<void> {
  const { model } = run.loaded
  const { entity, fields } = entityOf(model, run.payload)
  const table = { schema: model.snapshot.schema, name: entity.entity.table }
  const name = ident(table.schema, table.name)
  const columns = fields.flatMap((field) =>
    field.columns
      .filter(({ part }) => part === 'base')
      .map(({ column }) => ({ column: ident(column), value: baseAmount(model, entity, field) })),
  )
  if (columns.length === 0) return
  const computed = sql`SELECT raw.id, ${join(
    columns.map(({ column, value }) => sql`${value} AS ${column}`),
    ', ',
  )} FROM ${name} AS raw JOIN batch ON batch.id = raw.id`
  const sets = join(
    columns.map(({ column }) => sql`${column} = c.${column}`),
    ', ',
  )
  const differs = join(
    columns.map(({ column }) => sql`t.${column} IS DISTINCT FROM c.${column}`),
    ' OR ',
  )
  await eachBatch(
    run,
    table,
    sql`UPDATE ${name} AS t SET ${sets} FROM (${computed}) AS c WHERE t.id = c.id AND (${differs})`,
  )
}

/** Records that are older than their auto-number get one, the oldest first. */
export async function writeAutoNumbers(run: JobRun): Promise<void> {
  const { model } = run.loaded
  const { entity, fields } = entityOf(model, run.payload)
  const table = { schema: model.snapshot.schema, name: entity.entity.table }
  const name = ident(table.schema, table.name)
  for (const field of fields) {
    const [column] = field.columns
    if (!column) continue
    const isEmpty = sql`t.${ident(column.column)} IS NULL`
    // Kept as it is: a join that reads it again would draw new numbers.
    const numbered = sql`WITH drawn AS MATERIALIZED (SELECT o.id, ${autoNumber(model, field)} AS number FROM (SELECT b.id FROM batch AS b ORDER BY b.id) AS o) SELECT * FROM drawn`
    await eachBatch(
      run,
      table,
      sql`UPDATE ${name} AS t SET ${ident(column.column)} = n.number FROM (${numbered}) AS n WHERE t.id = n.id AND ${isEmpty}`,
      isEmpty,
    )
  }
}
