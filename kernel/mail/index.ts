// The mail door. A message is put into an outbox, part of the caller's own work; the postman sends it later.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Account, Accounts } from '../auth/accounts.ts'
import { AUTH_SCHEMA } from '../auth/library.ts'
import type { Database, Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Catalog } from '../services.ts'
import { slugOfSchema, tenantById } from '../tenants/registry.ts'
import { attempt } from './attempt.ts'
import { announceBox, dueBoxes, lookAfterBox } from './boxes.ts'
import { type AccountMail, prepareInstallationMail, putAccountMail, workOffAccountMail } from './installation-mail.ts'
import { fillIn, type LinkWish, type Message } from './message.ts'
import {
  MAIL_ENTITY,
  nextMessageInMs,
  type Outcome,
  putMessage,
  settleMessage,
  type Taken,
  takeMessages,
} from './outbox.ts'
import { removeOldMail } from './old-mail.ts'
import { Postman } from './postman.ts'
import { openTransport, type SmtpOptions } from './transport.ts'

export type { Message } from './message.ts'
export { invitationText } from './texts.ts'

export interface Mail {
  /** false: messages are kept in the outbox, where administrators read them. */
  isConfigured: boolean
  /**
   * Puts a message into the tenant's outbox.
   * @param tx it is sent when the transaction is committed, and not before
   * @returns `link`: path of the one-time link, when there is no mail server and an administrator has to hand it over
   */
  send(message: Message, loaded: LoadedTenant, tx?: Queryable): Promise<{ id: string; link: string | null }>
  /** About an account, beside all tenants. */
  sendToAccount(mail: AccountMail): Promise<void>
}

export interface MailRoom extends Mail {
  close(): Promise<void>
}

export interface MailOptions {
  database: Database
  catalog: Catalog
  accounts: Pick<Accounts, 'find' | 'byId' | 'passwordLink'>
  log: Logger
  /** null: no mail server. */
  smtp: SmtpOptions | null
  /** Under which people reach the server, without a trailing slash. */
  origin: string
  /** A new one-time link, the earlier one ends. @returns its path; null: nobody wants it any more */
  invitationLink(loaded: LoadedTenant, id: string, isMailed: boolean): Promise<string | null>
  /** For tests. */
  pausesMs?: readonly number[]
}

export async function openMail(options: MailOptions): Promise<MailRoom> {
  const { database, catalog, accounts, log, origin, pausesMs } = options
  await prepareInstallationMail(database)
  const transport = options.smtp && openTransport(options.smtp)
  const urlOf = (path: string): string => `${origin}${path}`

  const pathOf = async (loaded: LoadedTenant, { kind, id }: LinkWish): Promise<string | null> => {
    if (kind === 'invitation') return options.invitationLink(loaded, id, transport !== null)
    return (await accounts.byId(id)) && (await passwordPath(id))
  }
  const passwordPath = async (id: string): Promise<string> => {
    const { token } = await accounts.passwordLink(id, transport ? 'mailed' : 'asked')
    return `/password?token=${token}`
  }

  const keep = async (
    loaded: LoadedTenant,
    message: Message,
    tx: Queryable = database,
  ): Promise<{ id: string; link: string | null }> => {
    const link = message.link ? await pathOf(loaded, message.link) : null
    const letter = fillIn(message, link === null ? undefined : urlOf(link))
    // So that the postman comes by, who also takes away what is old.
    await announceBox(database, loaded.tenant.schema)
    return { id: await putMessage(tx, loaded.model, { ...message, ...letter }, 'kept'), link }
  }

  /** One that asked for a new password: shown to the tenant whose administrators may give one out anyway. */
  const keepForManager = async ({ managedBy }: Account, message: Message): Promise<void> => {
    if (managedBy === null) return
    const tenant = await tenantById(database, managedBy).catch(() => null)
    if (tenant?.state === 'ready') await keep(await catalog.load(tenant.slug), message)
  }

  const outcomeOf = async (loaded: LoadedTenant, { message, attempts }: Taken): Promise<Outcome> => {
    const link = message.link ? await pathOf(loaded, message.link) : undefined
    if (link === null) return { state: 'failed', error: 'Its link is not wanted any more.' }
    const letter = fillIn(message, link === undefined ? undefined : urlOf(link))
    if (transport) return attempt(transport, letter, attempts, log, pausesMs)
    return { state: 'kept', text: letter.text, html: letter.html }
  }

  const workOffTenant = async (schema: string): Promise<number | null> => {
    const slug = await slugOfSchema(database, schema)
    const loaded = slug === undefined ? null : await catalog.load(slug).catch(ifGone)
    // One whose system package is older than this server has no mail.
    if (!loaded?.model.find(MAIL_ENTITY)) return null
    for (const taken of await takeMessages(database, loaded.model)) {
      await settleMessage(database, loaded.model, taken.id, await outcomeOf(loaded, taken))
    }
    // Nobody waits for it, and the messages themselves are more important.
    await removeOldMail(database, loaded).catch((error: unknown) =>
      log.warn({ err: error, tenant: loaded.tenant.slug }, 'could not remove old mail'),
    )
    return nextMessageInMs(database, loaded.model)
  }

  const installation = {
    database,
    log,
    transport,
    urlOf,
    findAccount: accounts.find,
    resetLink: ({ id }: Account) => passwordPath(id),
    keep: keepForManager,
    pausesMs,
  }
  const postman = new Postman({
    database,
    log,
    workOff: (box) =>
      box === AUTH_SCHEMA ? workOffAccountMail(installation) : lookAfterBox(database, box, () => workOffTenant(box)),
    boxes: async () => [AUTH_SCHEMA, ...(await dueBoxes(database))],
  })
  postman.start()

  return {
    isConfigured: transport !== null,
    async send(message, loaded, tx = database) {
      if (!transport) return keep(loaded, message, tx)
      await announceBox(database, loaded.tenant.schema)
      return { id: await putMessage(tx, loaded.model, message, 'queued'), link: null }
    },
    sendToAccount: (mail) => putAccountMail(database, mail),
    async close() {
      await postman.stop()
      transport?.close()
    },
  }
}

function ifGone(error: unknown): null {
  if (error instanceof RelataError && error.code === 'RL215') return null
  throw error
}
