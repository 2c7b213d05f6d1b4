// Every environment variable the server understands, in one table: how it is read, its default, and the sentence that
// README.md prints about it. config.ts reads the table; nothing else looks at process.env.
import { availableParallelism } from 'node:os'
import { DEFAULT_MIN_LENGTH } from '../../sdk/passwords/policy.ts'

/** What a reader answers when the text cannot be used. */
export interface Refusal {
  why: string
  whatToDo: string
}

export interface Variable<T> {
  name: string
  /** One sentence for README.md. */
  help: string
  /** What README.md shows as the default. */
  defaultText: string
  /** `all` hides the value in messages, `password` only the password inside a URL. */
  hide?: 'all' | 'password'
  fallback: T
  read(text: string): T | Refusal
}

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'whatToDo' in value

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const LOG_FORMATS = ['auto', 'json', 'text'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFormat = (typeof LOG_FORMATS)[number]

const define = <T>(variable: Variable<T>): Variable<T> => variable

const wholeNumber = (min: number, max: number) => (text: string) => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  return { why: `it is not a whole number from ${min} to ${max}`, whatToDo: `Give digits only, such as ${min}.` }
}

const oneOf =
  <const T extends readonly string[]>(allowed: T) =>
  (text: string): T[number] | Refusal => {
    const found = allowed.find((value) => value === text.toLowerCase())
    return found ?? { why: 'it is not one of the known values', whatToDo: `Use one of: ${allowed.join(', ')}.` }
  }

const readYesNo = (text: string): boolean | Refusal =>
  text === 'true' || text === 'false'
    ? text === 'true'
    : { why: 'it is neither true nor false', whatToDo: 'Use true or false.' }

function readDatabaseUrl(text: string): string | Refusal {
  const whatToDo = 'Use the form postgres://user:password@host:5432/database.'
  if (!/^postgres(ql)?:\/\//.test(text)) return { why: 'it does not begin with postgres://', whatToDo }
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url)
    return {
      why: 'it cannot be read as an address',
      whatToDo: `${whatToDo} Write @, / and : in passwords as %40, %2F, %3A.`,
    }
  if (!url.hostname || url.pathname.length < 2) return { why: 'it names no host or no database', whatToDo }
  return text
}

function readPublicUrl(text: string): string | Refusal {
  const whatToDo = 'Give the address people type, such as https://crm.example.org, without a path.'
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) return { why: 'it is not an http:// or https:// address', whatToDo }
  if (url.pathname !== '/' || url.search || url.hash) return { why: 'it has a path, a query or a fragment', whatToDo }
  return url.origin
}

function readSecrets(text: string): readonly string[] | Refusal {
  const secrets = text.split(',').map((secret) => secret.trim())
  if (secrets.every((secret) => secret.length >= 32)) return secrets
  return {
    why: 'each secret must have at least 32 characters',
    whatToDo: 'Make one with `openssl rand -base64 32`; to rotate, put the new one first: new,old.',
  }
}

function readSmtpUrl(text: string): string | Refusal {
  const whatToDo = 'Use the form smtp://user:password@mail.example.org:587, or smtps:// for TLS from the first byte.'
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^smtps?:$/.test(url.protocol) || !url.hostname)
    return { why: 'it is not an smtp:// or smtps:// address', whatToDo }
  if (url.search || url.hash || url.pathname.length > 1)
    return {
      why: 'it has a path, a query or a fragment',
      whatToDo: `${whatToDo} Write @, / and : in passwords as %40, %2F, %3A.`,
    }
  if (/%(?![0-9A-Fa-f]{2})/.test(url.username + url.password))
    return { why: 'its user or password has a % that stands for nothing', whatToDo: `${whatToDo} Write % as %25.` }
  return text
}

function readSender(text: string): string | Refusal {
  if (/^([^<>"\r\n]+ <[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/.test(text)) return text
  return { why: 'it is not a sender', whatToDo: 'Give an address, or Relata <crm@example.org>.' }
}

const text = (value: string): string => value

export const VARIABLES = {
  host: define({
    name: 'HOST',
    help: 'Address to listen on; `0.0.0.0` for every network interface.',
    defaultText: '`127.0.0.1`',
    fallback: '127.0.0.1',
    read: text,
  }),
  port: define({
    name: 'PORT',
    help: 'Port to listen on; `0` takes any free one.',
    defaultText: '`3000`',
    fallback: 3000,
    read: wholeNumber(0, 65_535),
  }),
  publicUrl: define<string | null>({
    name: 'RELATA_PUBLIC_URL',
    help: 'Address under which people reach the server: used in links, cookies and origin checks.',
    defaultText: 'the address it listens on',
    fallback: null,
    read: readPublicUrl,
  }),
  dataFolder: define({
    name: 'RELATA_DATA',
    help: 'Folder for the embedded database, uploaded files and the key file.',
    defaultText: '`.relata`',
    fallback: '.relata',
    read: text,
  }),
  databaseUrl: define<string | null>({
    name: 'DATABASE_URL',
    help: 'A PostgreSQL of your own (15 or newer) in place of the embedded one.',
    defaultText: 'embedded PostgreSQL 18',
    hide: 'password',
    fallback: null,
    read: readDatabaseUrl,
  }),
  databaseDirectUrl: define<string | null>({
    name: 'DATABASE_DIRECT_URL',
    help: 'The same database without the PgBouncer that `DATABASE_URL` goes through; for LISTEN and locks.',
    defaultText: '`DATABASE_URL`',
    hide: 'password',
    fallback: null,
    read: readDatabaseUrl,
  }),
  poolSize: define({
    name: 'RELATA_POOL_SIZE',
    help: 'Database connections for requests; about one per processor core is fastest.',
    defaultText: 'processor cores, at least 2',
    fallback: Math.max(2, availableParallelism()),
    read: wholeNumber(1, 200),
  }),
  adminEmail: define<string | null>({
    name: 'RELATA_ADMIN_EMAIL',
    help: 'First administrator, made at the first start; without it a page asks for one.',
    defaultText: '',
    fallback: null,
    read: (email) =>
      /^[^\s@]+@[^\s@]+$/.test(email)
        ? email.toLowerCase()
        : { why: 'it is not an e-mail address', whatToDo: 'Give an address such as ann@example.org.' },
  }),
  adminPassword: define<string | null>({
    name: 'RELATA_ADMIN_PASSWORD',
    help: 'Password of that administrator; as every new password it has to be hard to guess.',
    defaultText: '',
    hide: 'all',
    fallback: null,
    read: (password) =>
      password.length <= 128
        ? password
        : { why: 'it may have at most 128 characters', whatToDo: 'Choose a shorter password.' },
  }),
  secrets: define<readonly string[]>({
    name: 'RELATA_SECRET',
    help: 'Key for stored secrets and sessions, at least 32 characters; `new,old` while rotating.',
    defaultText: '`secret.key` in the data folder',
    hide: 'all',
    fallback: [],
    read: readSecrets,
  }),
  smtpUrl: define<string | null>({
    name: 'RELATA_SMTP_URL',
    help: 'Mail server, `smtp://user:password@host:587` or `smtps://…`; without one mail stays in Settings → Outgoing mail.',
    defaultText: '',
    hide: 'password',
    fallback: null,
    read: readSmtpUrl,
  }),
  mailFrom: define<string | null>({
    name: 'RELATA_MAIL_FROM',
    help: 'Sender of all mail, such as `Relata <crm@example.org>`; needed with `RELATA_SMTP_URL`.',
    defaultText: '',
    fallback: null,
    read: readSender,
  }),
  passwordLength: define({
    name: 'RELATA_PASSWORD_LENGTH',
    help: 'How many characters a new password must have, 8–64.',
    defaultText: `\`${DEFAULT_MIN_LENGTH}\``,
    fallback: DEFAULT_MIN_LENGTH,
    read: wholeNumber(8, 64),
  }),
  ssoPrivate: define({
    name: 'RELATA_SSO_PRIVATE',
    help: '`true` when identity providers stand in the own network: the server then asks private addresses, and http.',
    defaultText: '`false`',
    fallback: false,
    read: readYesNo,
  }),
  webhookPrivate: define({
    name: 'RELATA_WEBHOOK_PRIVATE',
    help: '`true` when webhooks may call the own network: the server then sends to private addresses, and by http.',
    defaultText: '`false`',
    fallback: false,
    read: readYesNo,
  }),
  devPlugins: define({
    name: 'RELATA_DEV_PLUGINS',
    help: '`true` on a server where plugins are written: `relata plugin dev` may load them unsigned and grant them all that they ask for.',
    defaultText: '`false`',
    fallback: false,
    read: (text) =>
      text === 'true' || text === 'false'
        ? text === 'true'
        : { why: 'it is neither true nor false', whatToDo: 'Use true or false.' },
  }),
  logLevel: define<LogLevel>({
    name: 'RELATA_LOG_LEVEL',
    help: `One of ${LOG_LEVELS.join(', ')}.`,
    defaultText: '`info`',
    fallback: 'info',
    read: oneOf(LOG_LEVELS),
  }),
  logFormat: define<LogFormat>({
    name: 'RELATA_LOG_FORMAT',
    help: '`json`, `text`, or `auto`: text on a terminal, JSON elsewhere.',
    defaultText: '`auto`',
    fallback: 'auto',
    read: oneOf(LOG_FORMATS),
  }),
  stopSeconds: define({
    name: 'RELATA_STOP_SECONDS',
    help: 'How long running requests may take to finish when the server is asked to stop.',
    defaultText: '`10`',
    fallback: 10,
    read: wholeNumber(0, 600),
  }),
}

/** The table of README.md, from its own description: a test compares the two. */
export function environmentTable(): string {
  const rows = Object.values(VARIABLES).map(
    ({ name, help, defaultText }) => `| \`${name}\` | ${defaultText} | ${help} |`,
  )
  return ['| variable | default | what it does |', '|---|---|---|', ...rows].join('\n')
}
