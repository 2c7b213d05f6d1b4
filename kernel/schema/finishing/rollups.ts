// Roll-ups over children that were there before them. Nobody may change a child while it is counted; readers go on.
import type { JobRun } from '../../jobs/runner.ts'
import { feedGroups, recomputeAll } from '../../sql/rollup-sql.ts'
import { ident, join, sql, toStatement } from '../../sql/sql.ts'
import { transact } from '../transact.ts'
import { entityOf } from './payload.ts'

export async function computeRollups({ loaded, payload, connection, progress, signal }: JobRun): Promise<void> {
  const { model } = loaded
  const { schema } = model.snapshot
  const { entity, fields } = entityOf(model, payload)
  const columns = new Set(fields.flatMap((field) => field.options.rollup?.columns.map(({ column }) => column) ?? []))
  const children = [...new Set(fields.flatMap((field) => field.options.rollup?.entity ?? []))].map((name) =>
    model.entity(name),
  )
  const groups = children.flatMap((child) =>
    feedGroups(model, child)
      .filter(({ feeds }) =>
        feeds.some(
          ({ parent, rollup }) => parent === entity && rollup.columns.some(({ column }) => columns.has(column)),
        ),
      )
      .map((group) => ({ child, group })),
  )
  for (const [done, { child, group }] of groups.entries()) {
    signal.throwIfAborted()
    await progress(done / groups.length)
    const own = group.feeds.flatMap(({ rollup }) => rollup.columns.map(({ column }) => ident(column)))
    const side = ident(schema, group.table)
    const empty = sql`UPDATE ${side} SET ${join(
      own.map((name) => sql`${name} = NULL`),
      ', ',
    )} WHERE ${join(
      own.map((name) => sql`${name} IS NOT NULL`),
      ' OR ',
    )}`
    const lock = sql`LOCK TABLE ${ident(schema, child.entity.table)} IN SHARE ROW EXCLUSIVE MODE`
    const statements = [lock, empty, recomputeAll(model, child, group)].map((query) => toStatement(query).text)
    await transact(connection, statements, 10_000)
  }
}
