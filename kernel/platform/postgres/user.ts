// Which operating-system user runs the embedded database, and what that user can reach. PostgreSQL refuses to run as
// root; started by root (in a container, say) it runs as `postgres`, made when it is missing.
import { execFileSync } from 'node:child_process'
import { type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { RelataError } from '../../../sdk/errors.ts'
import { isRoot } from '../data-folder.ts'

/** Options for spawn; empty when we are an ordinary user and the database runs as the same one. */
export type RunAs = { uid: number; gid: number } | Record<string, never>

const NAME = 'postgres'
const WAYS_TO_CREATE: readonly (readonly [string, readonly string[]])[] = [
  ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]],
  ['adduser', ['-S', '-D', '-H', NAME]],
]

/** @throws RL504 when we are root and no other user can be had */
export function databaseUser(): RunAs {
  if (!isRoot) return {}
  const existing = lookUp()
  if (existing) return existing
  for (const [command, args] of WAYS_TO_CREATE) {
    try {
      execFileSync(command, args, { stdio: 'ignore' })
    } catch {
      continue
    }
    const created = lookUp()
    if (created) return created
  }
  throw new RelataError('RL504', `PostgreSQL does not run as root, and the user "${NAME}" could not be made.`, {
    hint: `Start the server as an ordinary user, or make the user (useradd --system ${NAME}), or set DATABASE_URL.`,
  })
}

function lookUp(): RunAs | null {
  try {
    const [uid, gid] = ['-u', '-g'].map((option) =>
      Number(execFileSync('id', [option, NAME], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
    )
    return uid && gid !== undefined ? { uid, gid } : null
  } catch {
    return null
  }
}

/** Can this user pass through every folder on the way to `target`? Access lists beyond the mode bits are not read. */
export function canReach(user: RunAs, target: string): boolean {
  if (user.uid === undefined) return true
  const folders = [target]
  for (let folder = target; path.dirname(folder) !== folder; ) {
    folder = path.dirname(folder)
    folders.push(folder)
  }
  return folders.every((folder) => {
    const stats = statSync(folder, { throwIfNoEntry: false })
    return stats === undefined || mayEnter(user, stats)
  })
}

function mayEnter(user: RunAs, { mode, uid, gid }: Stats): boolean {
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
  return (mode & bit) !== 0
}
