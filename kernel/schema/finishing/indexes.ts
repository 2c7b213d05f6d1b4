// Builds what indexes of an entity are missing while everybody works on. What a stopped build left behind is not usable
// and is built again.
import { RelataError } from '../../../sdk/errors.ts'
import type { JobRun } from '../../jobs/runner.ts'
import { isUniqueViolation } from '../../run/postgres-error.ts'
import { ident, sql, toStatement } from '../../sql/sql.ts'
import { readActual } from '../actual.ts'
import { readCapabilities } from '../capabilities.ts'
import { createIndex } from '../ddl.ts'
import { plain } from '../difference.ts'
import { physicalOf } from '../physical.ts'
import { entityOf } from './payload.ts'

export async function buildIndexes({ loaded, payload, connection, progress, signal }: JobRun): Promise<void> {
  const { snapshot } = loaded.model
  const { entity } = entityOf(loaded.model, payload)
  const { tables } = physicalOf(snapshot, await readCapabilities(connection))
  const actual = await readActual(connection, snapshot.schema)
  const missing = tables
    .filter(({ entityId }) => entityId === entity.entity.id)
    .flatMap((table) =>
      table.indexes.flatMap((index) => {
        const there = actual.tables.get(table.name)?.indexes.get(index.name)
        return there?.isValid ? [] : [{ table, index, isLeftover: there !== undefined }]
      }),
    )
  for (const [done, { table, index, isLeftover }] of missing.entries()) {
    signal.throwIfAborted()
    await progress(done / missing.length)
    const drop = toStatement(sql`DROP INDEX CONCURRENTLY IF EXISTS ${ident(snapshot.schema, index.name)}`).text
    if (isLeftover) await connection.execute(drop)
    try {
      await connection.execute(createIndex(snapshot.schema, table.name, index, true))
    } catch (error) {
      await connection.execute(drop).catch(() => undefined)
      if (!isUniqueViolation(error)) throw error
      const labels = index.fields.map((name) => plain(entity.field(name)?.label ?? name))
      throw new RelataError(
        'RL214',
        `${labels.join(' and ')} of ${plain(entity.entity.label)} cannot be unique: records that share a value were made meanwhile. Change them, and publish again.`,
        { cause: error },
      )
    }
  }
}
