// The data of a plugin as a zip: what its metadata was, a file of lines for each of its entities, and one for each entity
// of another package on which it had fields. Read from the tables themselves, since the metadata no longer has them.
import { Zip, ZipDeflate } from 'fflate'
import type { Field } from '../../../sdk/metadata/snapshot.ts'
import { STANDARD_FIELDS } from '../../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../../sdk/metadata/source.ts'
import { runSql } from '../../auth/system-table.ts'
import type { EntityModel, Model } from '../../catalog/model.ts'
import type { Queryable } from '../../run/database.ts'
import { ident, join, literal, param, type Sql, sql } from '../../sql/sql.ts'

const ROWS = 1_000
/** PostgreSQL takes at most 100 arguments. */
const PAIRS = 40

export interface DataExport {
  database: Queryable
  /** As it was before the plugin was taken out. */
  model: Model
  source: PackageSource
  plugin: string
  signal: AbortSignal
}

export async function* exportData(work: DataExport): AsyncGenerator<Uint8Array> {
  const { model, source, plugin } = work
  const ready: Uint8Array[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    ready.push(chunk)
  })
  const text = new TextEncoder()
  const taken = () => ready.splice(0)
  const put = (path: string): ZipDeflate => {
    const file = new ZipDeflate(path, { level: 6 })
    zip.add(file)
    return file
  }
  for (const [path, value] of Object.entries(source.files)) {
    put(`metadata/${path}`).push(text.encode(`${JSON.stringify(value, null, 2)}\n`), true)
    yield* taken()
  }
  for (const entity of model.all()) {
    const isOwn = entity.entity.package === plugin
    const fields = entity.entity.fields.filter((field) => isOwn || field.package === plugin)
    const kept = fields.filter(({ columns, type }) => columns.length > 0 && type !== 'secret')
    if (kept.length === 0 && !isOwn) continue
    const file = put(`${isOwn ? 'data' : 'fields'}/${entity.entity.name}.ndjson`)
    for await (const lines of linesOf(work, entity, kept, isOwn)) {
      file.push(text.encode(lines), false)
      yield* taken()
    }
    file.push(new Uint8Array(), true)
    yield* taken()
  }
  zip.end()
  yield* taken()
}

async function* linesOf(
  { database, model, signal }: DataExport,
  { entity }: EntityModel,
  fields: readonly Field[],
  isOwn: boolean,
): AsyncGenerator<string> {
  const table = ident(model.snapshot.schema, entity.table)
  const columns = fields.flatMap((field) => field.columns.map(({ column }) => ident(column)))
  // Of a record that has none of these fields there is nothing to say.
  const which = isOwn ? sql`` : sql`AND num_nonnulls(${join(columns, ', ')}) > 0`
  let after: string | undefined = '00000000-0000-0000-0000-000000000000'
  while (after !== undefined) {
    signal.throwIfAborted()
    const rows = await runSql(
      database,
      sql`SELECT id, (${objectOf(fields, isOwn)})::text FROM ${table} WHERE id > ${param(after, 'uuid')} ${which} ORDER BY id LIMIT ${param(String(ROWS), 'int4')}`,
    )
    if (rows.length > 0) yield `${rows.map(([, line]) => line).join('\n')}\n`
    after = rows.length < ROWS ? undefined : (rows.at(-1)?.[0] ?? undefined)
  }
}

/** Decimals as text, as on the wire; a field of several parts as an object. */
function objectOf(fields: readonly Field[], isOwn: boolean): Sql {
  const value = (column: string, sqlType: string): Sql =>
    sqlType === 'numeric' ? sql`${ident(column)}::text` : ident(column)
  const standard = STANDARD_FIELDS.filter(({ name }) => (isOwn ? !name.startsWith('owner') : name === 'id'))
  const pairs = [
    ...standard.map(({ name, column, sqlType }) => sql`${literal(name)}, ${value(column, sqlType)}`),
    ...fields.map(({ name, columns }) => {
      const [only, ...others] = columns
      if (only && others.length === 0) return sql`${literal(name)}, ${value(only.column, only.sqlType)}`
      const parts = columns.map(({ part, column, sqlType }) => sql`${literal(part)}, ${value(column, sqlType)}`)
      return sql`${literal(name)}, jsonb_build_object(${join(parts, ', ')})`
    }),
  ]
  const groups = Array.from({ length: Math.ceil(pairs.length / PAIRS) }, (_, at) =>
    pairs.slice(at * PAIRS, (at + 1) * PAIRS),
  )
  return join(
    groups.map((group) => sql`jsonb_build_object(${join(group, ', ')})`),
    ' || ',
  )
}
