// The embedded PostgreSQL: one on a data folder, started, kept running and stopped by this process alone. It recovers by
// itself after this process, the database or both were killed: what an earlier run left is stopped first, and a database
// that ends while we run is started again.
import path from 'node:path'
import postgres from 'postgres'
import { prepareDataFolder } from './data-folder.ts'
import { lockDataFolder } from './instance-lock.ts'
import type { Logger } from './log.ts'
import { APPLICATION, type Passwords, prepareCluster, readPasswords, SUPERUSER } from './postgres/cluster.ts'
import { keepRunning } from './postgres/keep-running.ts'
import { type Places, preparePlaces } from './postgres/places.ts'
import { type PostgresServer, startServer, stopLeftovers } from './postgres/server.ts'
import { defaultSettings, type Settings } from './postgres/settings.ts'
import { databaseUser } from './postgres/user.ts'
import { postgresUrl, socketHost } from './postgres-url.ts'

export interface EmbeddedPostgres {
  /** For the application: owner of the database `relata`, not a superuser. Stays the same across restarts. */
  url: string
  /** For the superuser; tests make and drop databases with it. */
  superuserUrl: string
  /** Of the server running now. */
  pid(): number
  /** Ends the database and gives up the data folder. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Made when missing. */
  dataFolder: string
  log: Logger
  /** Over the defaults; tests give up durability here. */
  settings?: Settings
}

/** @throws RL504 when another process holds the data folder, or the database cannot be made or started */
export async function startEmbeddedPostgres({ log, settings, ...options }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataFolder = path.resolve(options.dataFolder)
  prepareDataFolder(dataFolder)
  const lock = await lockDataFolder(dataFolder)
  try {
    const user = databaseUser()
    const places = preparePlaces(dataFolder, user)
    const passwords = readPasswords(dataFolder)
    const allSettings = { ...defaultSettings(), ...settings }
    const isNew = await prepareCluster(places, user, passwords, allSettings['fsync'] !== 'off')
    if (isNew) log.info({ folder: places.cluster }, 'made a new database')

    const start = async (): Promise<PostgresServer> => {
      const ended = await stopLeftovers(places)
      if (ended.length > 0) log.warn({ pids: ended }, 'stopped a database that an earlier run had left behind')
      return startServer(places, user, allSettings)
    }
    const urls = urlsOf(places, passwords)
    const keeper = keepRunning(await start(), start, log)
    try {
      await prepareDatabase(urls.superuserUrl, passwords)
    } catch (error) {
      await keeper.stop()
      throw error
    }
    return {
      ...urls,
      pid: keeper.pid,
      async stop() {
        await keeper.stop()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function urlsOf({ socket }: Places, passwords: Passwords): Pick<EmbeddedPostgres, 'url' | 'superuserUrl'> {
  const place = { host: socket, port: 5432 }
  return {
    url: postgresUrl({ ...place, user: APPLICATION, password: passwords.application, database: APPLICATION }),
    superuserUrl: postgresUrl({ ...place, user: SUPERUSER, password: passwords.superuser, database: 'postgres' }),
  }
}

/** The application's role and database, made when missing: also after a crash between making the cluster and this. */
async function prepareDatabase(superuserUrl: string, { application }: Passwords): Promise<void> {
  const sql = postgres(superuserUrl, { ...socketHost(superuserUrl), max: 1, onnotice: () => undefined })
  try {
    const roles = await sql`select 1 from pg_roles where rolname = ${APPLICATION}`
    if (roles.length === 0) await sql.unsafe(`create role ${APPLICATION} login password '${application}'`)
    const databases = await sql`select 1 from pg_database where datname = ${APPLICATION}`
    if (databases.length === 0) await sql.unsafe(`create database ${APPLICATION} owner ${APPLICATION}`)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
