// A tenant's outgoing mail, as records of `system.mail_message`: the row is the work that is to be done and what people
// see of it. Whoever takes a message holds it for a while only, so that another process goes on after kill -9; a message
// may then go out twice, and of two links in it the later one works.
import type { Model } from '../catalog/model.ts'
import { newId } from '../run/new-id.ts'
import type { Queryable, RawRow } from '../run/database.ts'
import { join, param, type Sql, sql } from '../sql/sql.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { LinkWish, Message } from './message.ts'

export const MAIL_ENTITY = 'system.mail_message'
/** Carries the schema of a tenant, or of the installation's own mail. */
export const MAIL_CHANNEL = 'relata_mail'

export interface Taken {
  id: string
  message: Message
  /** Tries before this one. */
  attempts: number
}

/** What became of one try. */
export type Outcome =
  | { state: 'sent' }
  /** There is nothing to send it with: `text` is what the administrator copies. */
  | { state: 'kept'; text: string; html: string }
  | { state: 'failed'; error: string }
  | { state: 'queued'; error: string; delayMs: number }

/** Longer than sending ten takes at worst. */
export const LEASE_MINUTES = 5
/** Sent one after the other. */
export const AT_ONCE = 10

/** @param state `kept`: there is nothing to send it with, and the text has its link @returns its id */
export async function putMessage(
  tx: Queryable,
  model: Model,
  message: Message,
  state: 'queued' | 'kept',
): Promise<string> {
  const id = newId()
  const { name, column, value } = systemTable(model, MAIL_ENTITY)
  const { to, subject, text, html, link } = message
  const values: Record<string, string | null> = {
    id,
    display_name: subject,
    to,
    subject,
    text,
    html,
    link: link ? `${link.kind} ${link.id}` : null,
    state,
    attempts: '0',
    due_at: state === 'queued' ? new Date().toISOString() : null,
  }
  const names = Object.keys(values)
  await runSql(
    tx,
    sql`INSERT INTO ${name} (${join(
      names.map((one) => column(one)),
      ', ',
    )}) VALUES (${join(
      names.map((one) => value(one, values[one] ?? null)),
      ', ',
    )})`,
  )
  if (state === 'queued') await tx.query('SELECT pg_notify($1, $2)', [MAIL_CHANNEL, model.snapshot.schema])
  return id
}

/** Takes what is due; nobody else takes it meanwhile. */
export async function takeMessages(database: Queryable, model: Model): Promise<Taken[]> {
  const { name, column: col, value } = systemTable(model, MAIL_ENTITY)
  const due = sql`SELECT ${col('id')} FROM ${name} WHERE ${isQueued(model)} AND ${col('due_at')} <= now()
    ORDER BY ${col('due_at')}, ${col('id')} LIMIT ${param(String(AT_ONCE), 'int4')} FOR UPDATE SKIP LOCKED`
  const rows = await runSql(
    database,
    sql`UPDATE ${name} SET ${col('due_at')} = now() + ${param(String(LEASE_MINUTES), 'int4')} * interval '1 minute', ${col('attempts')} = ${col('attempts')} + ${value('attempts', '1')}
    WHERE ${col('id')} IN (${due}) RETURNING ${join(
      ['id', 'to', 'subject', 'text', 'html', 'link', 'attempts'].map((one) => col(one)),
      ', ',
    )}`,
  )
  return rows.map(takenOf)
}

function takenOf([id, to, subject, text, html, link, attempts]: RawRow): Taken {
  const wish = linkOf(link ?? null)
  return {
    id: id ?? '',
    attempts: Number(attempts) - 1,
    message: {
      to: to ?? '',
      subject: subject ?? '',
      text: text ?? '',
      html: html ?? '',
      ...(wish ? { link: wish } : {}),
    },
  }
}

function linkOf(text: string | null): LinkWish | undefined {
  const [kind, id] = text?.split(' ') ?? []
  return id !== undefined && (kind === 'invitation' || kind === 'password') ? { kind, id } : undefined
}

/** A message that was deleted meanwhile stays so. */
export async function settleMessage(database: Queryable, model: Model, id: string, outcome: Outcome): Promise<void> {
  const { name, column: col, value } = systemTable(model, MAIL_ENTITY)
  const set = (field: string, text: string | null): Sql => sql`${col(field)} = ${value(field, text)}`
  const changes: Sql[] = [
    set('state', outcome.state),
    set('error', 'error' in outcome ? outcome.error.slice(0, 2_000) : null),
    outcome.state === 'queued'
      ? sql`${col('due_at')} = now() + ${param(String(outcome.delayMs), 'float8')} * interval '1 millisecond'`
      : sql`${col('due_at')} = NULL`,
    ...(outcome.state === 'sent' ? [sql`${col('sent_at')} = now()`] : []),
    ...(outcome.state === 'kept' ? [set('text', outcome.text), set('html', outcome.html)] : []),
    sql`${col('updated_at')} = now()`,
    sql`${col('version')} = ${col('version')} + ${value('version', '1')}`,
  ]
  await runSql(database, sql`UPDATE ${name} SET ${join(changes, ', ')} WHERE ${col('id')} = ${value('id', id)}`)
}

/** How long until the next one is due; null: nothing waits. */
export async function nextMessageInMs(database: Queryable, model: Model): Promise<number | null> {
  const { name, column: col } = systemTable(model, MAIL_ENTITY)
  const [row] = await runSql(
    database,
    sql`SELECT ceil(extract(epoch FROM min(${col('due_at')}) - now()) * 1000)::bigint FROM ${name} WHERE ${isQueued(model)}`,
  )
  const text = row?.[0]
  return text === null || text === undefined ? null : Math.max(0, Number(text))
}

function isQueued(model: Model): Sql {
  const { column: col, value } = systemTable(model, MAIL_ENTITY)
  return sql`${col('state')} = ${value('state', 'queued')} AND ${col('deleted_at')} IS NULL`
}
