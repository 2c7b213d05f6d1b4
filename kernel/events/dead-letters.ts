// Work that failed each time it was tried, as records of `system.dead_letter`: what a person looks at, runs again or
// drops. Written here and not by the records API, so that it is no event itself.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { DeadWork } from '../queue/index.ts'
import type { Queryable } from '../run/database.ts'
import { newId } from '../run/new-id.ts'
import type { LoadedTenant } from '../services.ts'
import { join, sql } from '../sql/sql.ts'

export const DEAD_LETTER_ENTITY = 'system.dead_letter'

/** @throws when the database is away: the work is tried again, and buried then */
export async function bury(database: Queryable, log: Logger, loaded: LoadedTenant, dead: DeadWork): Promise<void> {
  const { kind, key, title, payload, attempts, error } = dead
  const about = { tenant: loaded.tenant.slug, kind, title, attempts }
  const isPublic = error instanceof RelataError && error.isPublic
  if (isPublic) log.warn({ ...about, why: error.message }, 'work was given up')
  else log.error({ ...about, err: error }, 'work was given up')
  const { model } = loaded
  if (!model.find(DEAD_LETTER_ENTITY)) return
  const table = systemTable(model, DEAD_LETTER_ENTITY)
  const short = title.slice(0, 250)
  const values: Record<string, string | null> = {
    id: newId(),
    display_name: short,
    title: short,
    kind,
    key: key?.slice(0, 250) ?? null,
    state: 'open',
    error: isPublic ? error.message : 'Something went wrong on the server; its log tells more.',
    attempts: String(attempts),
    failed_at: new Date().toISOString(),
    payload: JSON.stringify(payload ?? null),
  }
  const names = Object.keys(values)
  const columns = names.map((name) => table.column(name))
  const list = names.map((name) => table.value(name, values[name] ?? null))
  await runSql(database, sql`INSERT INTO ${table.name} (${join(columns, ', ')}) VALUES (${join(list, ', ')})`)
}
