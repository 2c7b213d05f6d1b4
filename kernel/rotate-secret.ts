// `npm start -- --rotate-secret`: a new key for what is stored sealed. A key file gets a new key in front; with
// RELATA_SECRET that was done by whoever set it to `new,old`. Everything is sealed again, and only then is the old key
// let go. Cut off anywhere, the next run goes on.
import type { Logger } from 'pino'
import { RelataError } from '../sdk/errors.ts'
import { resealSecondFactors } from './auth/second-factor.ts'
import type { Config } from './platform/config.ts'
import { beginRotation, createKeyring, endRotation } from './platform/secret.ts'
import { type Database, openDatabase } from './run/database.ts'
import { prepareInstallation } from './tenants/registry.ts'
import { resealSecrets } from './tenants/reseal.ts'

export interface RotationOptions {
  config: Config
  log: Logger
  databaseUrl: string
  /** Stops between two batches. */
  signal: AbortSignal
}

/** @returns false: some values opened with no key, so that the old one was kept @throws RL504 cannot be done now */
export async function rotateSecret({ config, log, databaseUrl, signal }: RotationOptions): Promise<boolean> {
  const isKeyFile = config.secrets.length === 0
  if (config.secrets.length === 1)
    throw new RelataError('RL504', 'RELATA_SECRET names one key, so there is nothing to change from or to.', {
      hint: 'Start every server with RELATA_SECRET=new,old, and run this again.',
    })
  // One connection, so that every other one of ours is a server's.
  const database = openDatabase({ url: databaseUrl, poolSize: 1, longPoolSize: 1 })
  try {
    if (isKeyFile) await requireNoServer(database)
    await prepareInstallation(database)
    const secrets = isKeyFile ? beginRotation(config.dataFolder) : config.secrets
    const keys = createKeyring(secrets)
    const factors = await resealSecondFactors(database, keys)
    const records = await resealSecrets(database, keys, signal, (progress) => log.info(progress, 'sealed again'))
    const unopened = [...factors.unopened, ...records.unopened]
    const resealed = factors.resealed + records.resealed
    for (const { place, why } of unopened.slice(0, MAX_NAMED)) log.error({ place, why }, 'does not open')
    if (isKeyFile && unopened.length === 0) endRotation(config.dataFolder, secrets)
    console.log(`\n${summary(resealed, unopened.length, isKeyFile)}\n`)
    return unopened.length === 0
  } finally {
    await database.close()
  }
}

const MAX_NAMED = 100

/** Whoever runs with the old key file seals with the old key, and its values would be lost with it. */
async function requireNoServer(database: Database): Promise<void> {
  const others = await database.query(
    `SELECT 1 FROM pg_stat_activity WHERE application_name = 'relata' AND datname = current_database() AND pid <> pg_backend_pid() LIMIT 1`,
  )
  if (others.length === 0) return
  throw new RelataError('RL504', 'A server is using this database with the key that is to be replaced.', {
    hint: 'Stop it first. Without a pause: give all servers RELATA_SECRET=new,old instead of a key file.',
  })
}

function summary(resealed: number, unopened: number, isKeyFile: boolean): string {
  const done = `Secrets sealed with the new key: ${resealed}.`
  if (unopened > 0)
    return `${done}\nValues that open with no key where they stand: ${unopened}; the log names them. The old key is kept: set these values anew, and run this again.`
  return isKeyFile
    ? `${done}\nThe old key is gone. Everybody signs in again.`
    : `${done}\nRELATA_SECRET needs the old key no longer. Without it, who signed in under the old key signs in again.`
}
