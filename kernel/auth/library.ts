// better-auth, set up: what it does (passwords, sessions) and what it may not (tell anyone, invent users, be asked for
// anything that session.ts does not pass on). Its tables stand in their own schema, beside no tenant.
import { getMigrations } from 'better-auth/db/migration'
import { getAdapter } from 'better-auth/db/adapter'
import { betterAuth } from 'better-auth/minimal'
import type { BetterAuthOptions } from 'better-auth'
import { Kysely } from 'kysely'
import { PostgresJSDialect } from 'kysely-postgres-js'
import postgres from 'postgres'
import type { Logger } from 'pino'
import type { Database } from '../run/database.ts'
import { socketHost } from '../platform/postgres-url.ts'
import { withHashedSessions } from './hashed-sessions.ts'
import { ownOrigin } from './same-origin.ts'
import { COOKIE_PREFIX } from './session-cookie.ts'

export const AUTH_SCHEMA = 'auth'
/** Bounds of the library's own; what a new password has to be is in sdk/passwords. */
export const PASSWORD_LENGTH = { min: 8, max: 128 } as const
/** A session that is used lasts on; see renewal in sessions.ts. */
export const SESSION_SECONDS = 14 * 24 * 60 * 60

export interface LibraryOptions {
  /** Of the database; the direct one when there are two. */
  url: string
  database: Database
  /** Signs cookies. */
  secret: string
  publicUrl: string | null
  isSecure: boolean
  log: Logger
}

export type Library = Awaited<ReturnType<typeof openLibrary>>

export async function openLibrary({ url, database, secret, publicUrl, isSecure, log }: LibraryOptions) {
  const sql = postgres(url, { ...socketHost(url), max: 2, idle_timeout: 60, onnotice: () => undefined })
  const tables = {
    // Only the types of Kysely's own tables would be known here, and nobody asks.
    db: new Kysely<Record<string, never>>({ dialect: new PostgresJSDialect({ postgres: sql }) }),
    type: 'postgres' as const,
    schemaName: AUTH_SCHEMA,
    transaction: true,
  }
  const options = {
    appName: 'Relata',
    baseURL: publicUrl ?? 'http://localhost',
    basePath: '/api/auth',
    secret,
    emailAndPassword: {
      enabled: true,
      // Accounts come from the set-up and from administrators.
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
    },
    user: {
      additionalFields: {
        /** May add and remove tenants. */
        isOperator: { type: 'boolean', required: false, input: false, defaultValue: false },
        /** Tenant whose administrators may set this account's password anew. */
        managedBy: { type: 'string', required: false, input: false },
      },
    },
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true },
    trustedOrigins: (request?: Request) => {
      const origin = request ? ownOrigin(request, publicUrl) : null
      return origin === null ? [] : [origin]
    },
    // session.ts throttles by the address of the connection; the library would believe any header.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: isSecure,
      database: { generateId: 'uuid' },
      ipAddress: { disableIpTracking: true },
    },
    // Arguments may hold addresses of people: only the sentence is kept.
    logger: {
      level: 'warn',
      log: (level, message) => log[level === 'error' ? 'warn' : 'debug']({ room: 'auth' }, message),
    },
  } satisfies BetterAuthOptions
  await migrate(database, { ...options, database: tables })
  const adapter = withHashedSessions(await getAdapter({ ...options, database: tables }))
  const auth = betterAuth({ ...options, database: () => adapter })
  return {
    adapter,
    handler: auth.handler,
    context: await auth.$context,
    close: () => sql.end({ timeout: 5 }),
  }
}

/** Two processes that start at once take turns. */
const LOCK = "hashtextextended('relata auth migration', 0)"

async function migrate(database: Database, options: BetterAuthOptions): Promise<void> {
  await database.reserve(async (connection) => {
    await connection.query(`SELECT pg_advisory_lock(${LOCK})`)
    try {
      const { runMigrations } = await getMigrations(options)
      await connection.execute(`CREATE SCHEMA IF NOT EXISTS ${AUTH_SCHEMA}`)
      await runMigrations()
      await connection.execute(OWN_TABLES)
    } finally {
      await connection.query(`SELECT pg_advisory_unlock(${LOCK})`)
    }
  })
}

/** Beside the library's tables. Links are kept as fingerprints. `membership` is a list of where to look, no more. */
const OWN_TABLES = `
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.setup_link (
  token_hash text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.password_link (
  token_hash text PRIMARY KEY,
  identity uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.membership (
  identity uuid NOT NULL,
  tenant text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (identity, tenant)
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.second_factor (
  identity uuid PRIMARY KEY,
  secret text NOT NULL,
  last_step int8 NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  confirmed_at timestamptz
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.recovery_code (
  identity uuid NOT NULL,
  code_hash text NOT NULL,
  PRIMARY KEY (identity, code_hash)
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.second_step (
  token_hash text PRIMARY KEY,
  identity uuid NOT NULL,
  remember_me boolean NOT NULL,
  tries int4 NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.session_scope (
  token_hash text PRIMARY KEY,
  tenant text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.sso_account (
  provider uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  identity uuid NOT NULL,
  PRIMARY KEY (provider, issuer, subject),
  UNIQUE (provider, issuer, identity)
);
CREATE TABLE IF NOT EXISTS ${AUTH_SCHEMA}.sso_flow (
  state_hash text PRIMARY KEY,
  browser_hash text NOT NULL,
  tenant text NOT NULL,
  provider uuid NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  return_to text NOT NULL,
  expires_at timestamptz NOT NULL
);
ALTER TABLE ${AUTH_SCHEMA}.password_link ADD COLUMN IF NOT EXISTS purpose text NOT NULL DEFAULT 'handed';
DELETE FROM ${AUTH_SCHEMA}.session WHERE "expiresAt" < now();
DELETE FROM ${AUTH_SCHEMA}.password_link WHERE expires_at < now();
DELETE FROM ${AUTH_SCHEMA}.session_scope AS c WHERE NOT EXISTS (SELECT 1 FROM ${AUTH_SCHEMA}.session AS s WHERE s.token = c.token_hash) AND c.created_at < now() - interval '1 hour';
DELETE FROM ${AUTH_SCHEMA}.sso_flow WHERE expires_at < now();
DELETE FROM ${AUTH_SCHEMA}.second_step WHERE expires_at < now();
`
