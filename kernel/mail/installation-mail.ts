// Mail about accounts, which belong to the installation and to no tenant: a wish is written down in the schema of the
// accounts and carried out later. Nothing of it is shown to anyone, so there is no text and no link in it: both are made
// when it leaves.
import type { Logger } from 'pino'
import type { Account } from '../auth/accounts.ts'
import { AUTH_SCHEMA } from '../auth/library.ts'
import { newId } from '../run/new-id.ts'
import type { Database } from '../run/database.ts'
import { attempt } from './attempt.ts'
import { BOXES_TABLE } from './boxes.ts'
import { fillIn, type Message } from './message.ts'
import { AT_ONCE, LEASE_MINUTES, MAIL_CHANNEL } from './outbox.ts'
import { passwordChangedText, resetPasswordText, secondFactorText } from './texts.ts'
import type { Transport } from './transport.ts'

/** What happened to the second factor of an account. */
export type SecondFactorChange = 'second_factor_on' | 'second_factor_off' | 'second_factor_reset'

const KINDS = ['reset', 'changed', 'second_factor_on', 'second_factor_off', 'second_factor_reset'] as const

export interface AccountMail {
  /** `reset`: whoever has this address, if anyone, gets a link to a new password. */
  kind: 'reset' | 'changed' | SecondFactorChange
  to: string
  /** BCP 47 */
  locale: string
}

export const RESET_MINUTES = 60

export interface InstallationTools {
  database: Database
  log: Logger
  /** null: there is no mail server. */
  transport: Transport | null
  /** Absolute address. */
  urlOf(path: string): string
  findAccount(email: string): Promise<Account | null>
  /** @returns path of a one-time link */
  resetLink(account: Account): Promise<string>
  /** There is no mail server: shows the message to those who may give this account a new password anyway. */
  keep(account: Account, message: Message): Promise<void>
  pausesMs?: readonly number[] | undefined
}

const TABLE = `${AUTH_SCHEMA}.mail`

export async function prepareInstallationMail(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('relata auth migration', 0))")
    await tx.execute(`CREATE TABLE IF NOT EXISTS ${TABLE} (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  address text NOT NULL,
  locale text NOT NULL,
  attempts int4 NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now()
);
${BOXES_TABLE}`)
  })
}

/** Takes as long for an address that nobody has. */
export async function putAccountMail(database: Database, { kind, to, locale }: AccountMail): Promise<void> {
  await database.query(`INSERT INTO ${TABLE} (id, kind, address, locale) VALUES ($1::uuid, $2, $3, $4)`, [
    newId(),
    kind,
    to,
    locale,
  ])
  await database.notify(MAIL_CHANNEL, AUTH_SCHEMA)
}

/** Carries out what is due. @returns milliseconds until the next is; null: nothing waits */
export async function workOffAccountMail(tools: InstallationTools): Promise<number | null> {
  const { database } = tools
  const rows = await database.query(
    `UPDATE ${TABLE} SET attempts = attempts + 1, due_at = now() + interval '${LEASE_MINUTES} minutes'
     WHERE id IN (SELECT id FROM ${TABLE} WHERE due_at <= now() ORDER BY due_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, address, locale, attempts, created_at < now() - interval '${RESET_MINUTES} minutes'`,
  )
  for (const [id, kind, to, locale, attempts, isOld] of rows) {
    const mail: AccountMail = {
      kind: KINDS.find((one) => one === kind) ?? 'changed',
      to: to ?? '',
      locale: locale ?? 'en',
    }
    // Nobody waits any more for a link that was asked for an hour ago.
    const pauseMs = mail.kind === 'reset' && isOld === 't' ? null : await carryOut(tools, mail, Number(attempts) - 1)
    if (pauseMs === null) await database.query(`DELETE FROM ${TABLE} WHERE id = $1::uuid`, [id ?? ''])
    else
      await database.query(
        `UPDATE ${TABLE} SET due_at = now() + $2::float8 * interval '1 millisecond' WHERE id = $1::uuid`,
        [id ?? '', String(pauseMs)],
      )
  }
  const [next] = await database.query(
    `SELECT ceil(extract(epoch FROM min(due_at) - now()) * 1000)::bigint FROM ${TABLE}`,
  )
  const text = next?.[0]
  return text === null || text === undefined ? null : Math.max(0, Number(text))
}

/** @returns how long to wait before trying again; null: it is over, one way or the other */
async function carryOut(tools: InstallationTools, mail: AccountMail, attempts: number): Promise<number | null> {
  const { transport, log } = tools
  const account = await tools.findAccount(mail.to)
  if (!account) return null
  const message = messageFor(mail, account)
  if (!transport) {
    if (mail.kind === 'reset') await tools.keep(account, message)
    return null
  }
  const link = mail.kind === 'reset' ? tools.urlOf(await tools.resetLink(account)) : undefined
  const outcome = await attempt(transport, fillIn(message, link), attempts, log, tools.pausesMs)
  return outcome.state === 'queued' ? outcome.delayMs : null
}

function messageFor({ kind, locale }: AccountMail, { id, email: to }: Account): Message {
  if (kind === 'changed') return { to, ...passwordChangedText(locale, new Date()) }
  if (kind !== 'reset') return { to, ...secondFactorText(locale, kind, new Date()) }
  return { to, ...resetPasswordText(locale, RESET_MINUTES), link: { kind: 'password', id } }
}
