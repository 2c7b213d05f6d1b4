// Seals with the newest key what older ones sealed: in every tenant, in the trash too, and in fields that are no longer in
// the metadata, since those may come back. A value that changes meanwhile is left alone: whoever wrote it sealed it.
// What has the newest key is not looked at again, so that a run goes on where the last one was cut off.
import { RelataError } from '../../sdk/errors.ts'
import type { Keyring } from '../platform/secret.ts'
import { secretPlace } from '../plan/field-value.ts'
import type { Database, Queryable } from '../run/database.ts'
import { ident, input, literal, bind, sql, toStatement } from '../sql/sql.ts'
import { resealPluginSecrets } from '../plugins/reseal-secrets.ts'
import { listTenants } from './registry.ts'

export interface Resealing {
  resealed: number
  /** Changed by hand, copied from another place, or their key is lost. */
  unopened: readonly Unopened[]
}

interface Unopened {
  place: string
  why: string
}

export interface Progress {
  tenant: string
  field: string
  resealed: number
}

interface SecretColumn {
  table: string
  column: string
  /** Ids of entities and fields that have had this column. */
  owners: readonly { entity: string; field: string }[]
}

const BATCH_ROWS = 500
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** @param signal aborted: throws between two batches */
export async function resealSecrets(
  database: Database,
  keyring: Keyring,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Resealing> {
  let resealed = 0
  const unopened: Unopened[] = []
  for (const { slug, schema } of await listTenants(database, ['making', 'ready', 'removing'])) {
    const plugins = await resealPluginSecrets(database, keyring, schema)
    resealed += plugins.resealed
    unopened.push(...plugins.unopened)
    if (plugins.resealed > 0) onProgress({ tenant: slug, field: 'plugins', resealed: plugins.resealed })
    for (const secret of await secretColumns(database, schema)) {
      let after: string | undefined = FIRST_ID
      while (after !== undefined) {
        if (signal.aborted)
          throw new RelataError('RL504', 'Stopped before everything was sealed again.', {
            hint: 'Run it again to go on.',
          })
        const batch = await resealBatch(database, keyring, schema, secret, after)
        after = batch.last
        resealed += batch.resealed
        unopened.push(...batch.unopened)
        if (batch.resealed > 0)
          onProgress({ tenant: slug, field: `${secret.table}.${secret.column}`, resealed: batch.resealed })
      }
    }
  }
  return { resealed, unopened }
}

/** Of all versions ever published, those that are still there. */
async function secretColumns(database: Queryable, schema: string): Promise<SecretColumn[]> {
  const versions = toStatement(ident(schema, '_version')).text
  const [isThere] = await database.query('SELECT to_regclass($1)', [versions])
  if (!isThere?.[0]) return []
  const rows = await database.query(
    `SELECT s.tab, s.col, json_agg(DISTINCT jsonb_build_object('entity', s.entity, 'field', s.field)) FROM (
       SELECT e ->> 'table' AS tab, e ->> 'id' AS entity, f ->> 'id' AS field, c ->> 'column' AS col
       FROM ${versions} AS v, json_array_elements(v.snapshot -> 'entities') AS e,
         json_array_elements(e -> 'fields') AS f, json_array_elements(f -> 'columns') AS c
       WHERE f ->> 'type' = 'secret') AS s
     JOIN pg_namespace AS n ON n.nspname = $1
     JOIN pg_class AS t ON t.relnamespace = n.oid AND t.relname = s.tab
     JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = s.col AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
     GROUP BY s.tab, s.col ORDER BY s.tab, s.col`,
    [schema],
  )
  return rows.map(([table, column, owners]) => ({
    table: table ?? '',
    column: column ?? '',
    owners: JSON.parse(owners ?? '[]'),
  }))
}

async function resealBatch(
  database: Queryable,
  keyring: Keyring,
  schema: string,
  secret: SecretColumn,
  after: string,
): Promise<{ last: string | undefined; resealed: number; unopened: Unopened[] }> {
  const [table, column] = [ident(schema, secret.table), ident('t', secret.column)]
  // What stands there without this form is no sealed value, such as the fingerprint of an API key.
  const outdated = sql`${column} ~ '^v1[.][0-9a-f]{8}[.]' AND NOT starts_with(${column}, ${literal(keyring.prefix)})`
  const batch = toStatement(
    sql`SELECT t.id, ${column} FROM ${table} AS t WHERE t.id > ${input('after', 'uuid')} AND ${outdated} ORDER BY t.id LIMIT ${literal(String(BATCH_ROWS))}::int`,
  )
  const rows = await database.query(batch.text, bind(batch, { after }))
  const unopened: Unopened[] = []
  const changes: { id: string; before: string; sealed: string }[] = []
  for (const [id, before] of rows) {
    if (!id || !before) continue
    const opened = openAnywhere(keyring, schema, secret, id, before)
    if ('why' in opened) unopened.push(opened)
    else changes.push({ id, before, sealed: keyring.seal(opened.text, opened.place) })
  }
  const update = toStatement(
    sql`UPDATE ${table} AS t SET ${ident(secret.column)} = n.sealed FROM json_to_recordset(${input('changes', 'text')}::json) AS n(id uuid, before text, sealed text) WHERE t.id = n.id AND ${column} = n.before RETURNING t.id`,
  )
  const written =
    changes.length === 0 ? [] : await database.query(update.text, bind(update, { changes: JSON.stringify(changes) }))
  const last = rows.length < BATCH_ROWS ? undefined : (rows.at(-1)?.[0] ?? undefined)
  return { last, resealed: written.length, unopened }
}

function openAnywhere(
  keyring: Keyring,
  schema: string,
  { owners }: SecretColumn,
  record: string,
  sealed: string,
): { text: string; place: string } | Unopened {
  let why = ''
  let place = ''
  for (const { entity, field } of owners) {
    place = secretPlace(schema, entity, field, record)
    try {
      return { text: keyring.open(sealed, place), place }
    } catch (error) {
      if (!(error instanceof RelataError)) throw error
      why = error.message
    }
  }
  return { place, why }
}
