// One server at a time on a data folder with an embedded database. The lock is a file naming the process; it does not
// outlive a crash, because the next start looks whether that very process is still there. A holder on another machine
// (a shared volume, another container) cannot be looked up: it shows that it lives by touching the file.
import { renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RelataError } from '../../sdk/errors.ts'
import { createPrivately, readIfPresent } from './data-folder.ts'
import { identityOf, isAlive } from './processes.ts'

interface Holder {
  pid: number
  /** Of the process; see identityOf. */
  identity: string | null
  host: string
  startedAt: string
}

export interface InstanceLock {
  release(): void
}

const HEARTBEAT_MS = 2_000

/**
 * @param foreignWaitMs how long a holder on another machine may stay silent before it counts as gone
 * @throws RL504 naming the process that holds the folder
 */
export async function lockDataFolder(dataFolder: string, foreignWaitMs = 4 * HEARTBEAT_MS): Promise<InstanceLock> {
  const file = path.join(dataFolder, 'server.lock')
  const mine = JSON.stringify({
    pid: process.pid,
    identity: identityOf(process.pid),
    host: hostname(),
    startedAt: new Date().toISOString(),
  } satisfies Holder)

  while (!createPrivately(file, mine)) {
    const text = readIfPresent(file)
    if (text === null) continue
    const holder = parseHolder(text)
    if (holder && (await isHeld(file, holder, foreignWaitMs))) throw refusal(dataFolder, holder)
    takeAway(file, text)
  }

  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS).unref()
  return {
    release() {
      clearInterval(heartbeat)
      if (readIfPresent(file) === mine) rmSync(file, { force: true })
    },
  }
}

/** A stale lock; another start may be doing the same, so look at what was really taken, and give it back if it lives. */
function takeAway(file: string, staleText: string): void {
  const taken = `${file}.${process.pid}.stale`
  try {
    renameSync(file, taken)
  } catch {
    return
  }
  const text = readIfPresent(taken)
  if (text !== null && text !== staleText) createPrivately(file, text)
  rmSync(taken, { force: true })
}

async function isHeld(file: string, holder: Holder, foreignWaitMs: number): Promise<boolean> {
  if (holder.host === hostname()) return isAlive(holder.pid) && identityOf(holder.pid) === holder.identity
  const before = touchedAt(file)
  await delay(foreignWaitMs)
  return touchedAt(file) !== before
}

function refusal(dataFolder: string, { pid, host, startedAt }: Holder): RelataError {
  const where = host === hostname() ? '' : ` on ${host}`
  return new RelataError(
    'RL504',
    `Process ${pid}${where} already serves the data folder ${dataFolder} since ${startedAt}.`,
    {
      hint: `Stop it (kill ${pid}), or set RELATA_DATA to another folder. Several servers share one database by DATABASE_URL.`,
    },
  )
}

function parseHolder(text: string): Holder | null {
  try {
    const value: Partial<Holder> = JSON.parse(text)
    const { pid, identity = null, host, startedAt = 'an unknown time' } = value
    return typeof pid === 'number' && typeof host === 'string' ? { pid, identity, host, startedAt } : null
  } catch {
    return null
  }
}

function touchedAt(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null
}

function touch(file: string): void {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    // Someone removed the data folder under a running server: the database will say so more clearly than we can.
  }
}
