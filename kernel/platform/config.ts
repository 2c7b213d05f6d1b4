// Reads the environment once, into a frozen Config. Every problem is reported at once, so that nobody repairs a
// deployment one restart at a time. What each variable means is in variables.ts.
import path from 'node:path'
import { type Problem, RelataError } from '../../sdk/errors.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import { findWeakness } from '../../sdk/passwords/policy.ts'
import { isRefusal, type LogFormat, type LogLevel, VARIABLES, type Variable } from './variables.ts'

export interface Config {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Origin without a trailing slash; null: the address the server listens on. */
  readonly publicUrl: string | null
  /** Absolute path. */
  readonly dataFolder: string
  /** null: the embedded database. */
  readonly databaseUrl: string | null
  readonly databaseDirectUrl: string | null
  /** Connections for requests. */
  readonly poolSize: number
  /** null: the set-up page asks for the first administrator. */
  readonly admin: { readonly email: string; readonly password: string } | null
  /** null: there is no mail server; mail stays in the outbox. */
  readonly smtp: { readonly url: string; readonly from: string } | null
  /** Characters a new password must have. */
  readonly minPasswordLength: number
  /** Identity providers may stand in the server's own network. */
  readonly ssoPrivate: boolean
  /** Plugins may be loaded from somebody's folder, unsigned and with everything granted. */
  readonly devPlugins: boolean
  /** Webhooks may call the server's own network. */
  readonly webhookPrivate: boolean
  /** First encrypts, all decrypt; empty: the key file in the data folder is used. */
  readonly secrets: readonly string[]
  readonly logLevel: LogLevel
  readonly logFormat: 'json' | 'text'
  readonly stopDeadlineMs: number
  /** Sentences to log once there is a logger: unknown variables, unwise combinations. */
  readonly warnings: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Up to the last @: a password pasted without encoding may hold any sign. */
export const hidePassword = (text: string): string => text.replace(/\/\/([^:@/]*):.*@/, '//$1:***@')

/** A value as a message may show it. */
export function showValue(variable: Pick<Variable<unknown>, 'hide'>, value: string): string {
  if (variable.hide === 'all') return '(hidden)'
  return variable.hide === 'password' ? hidePassword(value) : value
}

/**
 * @param env  usually process.env; an empty value counts as absent
 * @throws RL504 with one problem per variable: name, value (unless secret), why, what to do
 */
export function readConfig(env: Environment = process.env): Config {
  const problems: Problem[] = []
  const refuse = (variable: Variable<unknown>, why: string, whatToDo: string) => {
    const text = env[variable.name]
    const shown = text ? ` = ${showValue(variable, text)}` : ''
    problems.push({ path: variable.name, message: `${variable.name}${shown}: ${why}`, hint: whatToDo })
  }
  const read = <T>(variable: Variable<T>): T => {
    const text = env[variable.name]?.trim()
    if (!text) return variable.fallback
    const value = variable.read(text)
    if (!isRefusal(value)) return value
    refuse(variable, value.why, value.whatToDo)
    return variable.fallback
  }

  const email = read(VARIABLES.adminEmail)
  const password = read(VARIABLES.adminPassword)
  const databaseUrl = read(VARIABLES.databaseUrl)
  const databaseDirectUrl = read(VARIABLES.databaseDirectUrl)
  const logFormat = read<LogFormat>(VARIABLES.logFormat)
  const smtpUrl = read(VARIABLES.smtpUrl)
  const mailFrom = read(VARIABLES.mailFrom)
  const minPasswordLength = read(VARIABLES.passwordLength)
  const isSet = (variable: Variable<unknown>) => Boolean(env[variable.name]?.trim())

  if (isSet(VARIABLES.adminEmail) && !isSet(VARIABLES.adminPassword))
    refuse(VARIABLES.adminPassword, 'it is missing', 'Set it together with RELATA_ADMIN_EMAIL, or set neither.')
  if (isSet(VARIABLES.adminPassword) && !isSet(VARIABLES.adminEmail))
    refuse(VARIABLES.adminEmail, 'it is missing', 'Set it together with RELATA_ADMIN_PASSWORD, or set neither.')
  const weakness = password && findWeakness(password, { minLength: minPasswordLength, about: [email ?? ''] })
  if (weakness) refuse(VARIABLES.adminPassword, weakness.message, 'Choose another password, such as four random words.')
  if (isSet(VARIABLES.smtpUrl) && !isSet(VARIABLES.mailFrom))
    refuse(
      VARIABLES.mailFrom,
      'it is missing',
      'Say from which address mail is sent, such as Relata <crm@example.org>.',
    )
  if (isSet(VARIABLES.mailFrom) && !isSet(VARIABLES.smtpUrl))
    refuse(VARIABLES.smtpUrl, 'it is missing', 'Set it together with RELATA_MAIL_FROM, or set neither.')
  // What a request says of the server's address anyone may have written; a link in a mail must not lead elsewhere.
  if (isSet(VARIABLES.smtpUrl) && !isSet(VARIABLES.publicUrl))
    refuse(VARIABLES.publicUrl, 'it is missing', 'Links in mails need the address under which people reach the server.')
  if (isSet(VARIABLES.databaseDirectUrl) && !isSet(VARIABLES.databaseUrl))
    refuse(VARIABLES.databaseDirectUrl, 'DATABASE_URL is missing', 'Set DATABASE_URL too; this one is its direct road.')

  const config: Config = {
    host: read(VARIABLES.host),
    port: read(VARIABLES.port),
    publicUrl: read(VARIABLES.publicUrl),
    dataFolder: path.resolve(read(VARIABLES.dataFolder)),
    databaseUrl,
    databaseDirectUrl,
    poolSize: read(VARIABLES.poolSize),
    admin: email && password ? Object.freeze({ email, password }) : null,
    smtp: smtpUrl && mailFrom ? Object.freeze({ url: smtpUrl, from: mailFrom }) : null,
    minPasswordLength,
    ssoPrivate: read(VARIABLES.ssoPrivate),
    devPlugins: read(VARIABLES.devPlugins),
    webhookPrivate: read(VARIABLES.webhookPrivate),
    secrets: Object.freeze([...read(VARIABLES.secrets)]),
    logLevel: read(VARIABLES.logLevel),
    logFormat: logFormat === 'auto' ? (process.stdout.isTTY ? 'text' : 'json') : logFormat,
    stopDeadlineMs: read(VARIABLES.stopSeconds) * 1000,
    warnings: Object.freeze(unknownVariables(env)),
  }
  if (problems.length > 0) throw configError(problems)
  return Object.freeze(config)
}

function configError(problems: readonly Problem[]): RelataError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  const lines = problems.map(({ message, hint }) => `  ${message}\n    → ${hint}`)
  return new RelataError('RL504', `The environment has ${count}:\n${lines.join('\n')}`, { problems })
}

/** RELATA_ is ours: a name we do not know is a typing mistake more often than not. */
function unknownVariables(env: Environment): string[] {
  const known = Object.values(VARIABLES).map(({ name }) => name)
  return Object.keys(env)
    .filter((name) => name.startsWith('RELATA_') && !name.startsWith('RELATA_TEST_') && !known.includes(name))
    .map((name) => {
      const guess = nearest(name, known)
      return `${name} is set but means nothing to this server${guess ? `; did you mean ${guess}?` : ''}`
    })
}

/** Where people find the server, as far as it can be told before it listens. Without a trailing slash. */
export function originOf({ publicUrl, host, port }: Pick<Config, 'publicUrl' | 'host' | 'port'>): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return publicUrl ?? `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** The resolved values, for people: one line a variable, secrets hidden. */
export function describeConfig(config: Config): string {
  const database = config.databaseUrl ? showValue({ hide: 'password' }, config.databaseUrl) : 'embedded'
  const values: Record<string, string | number> = {
    listen: `${config.host}:${config.port}`,
    publicUrl: config.publicUrl ?? '(address it listens on)',
    dataFolder: config.dataFolder,
    database,
    poolSize: config.poolSize,
    admin: config.admin?.email ?? '(asked at the first visit)',
    secret: config.secrets.length > 0 ? `(${config.secrets.length} given)` : '(key file)',
    mail: config.smtp ? showValue({ hide: 'password' }, config.smtp.url) : '(kept in the outbox)',
    minPasswordLength: config.minPasswordLength,
    log: `${config.logLevel}, ${config.logFormat}`,
    stopDeadlineMs: config.stopDeadlineMs,
  }
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(18)}${value}`)
    .join('\n')
}
