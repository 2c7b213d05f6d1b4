// One run of the PostgreSQL server on our cluster: started, watched until it accepts connections, stopped in order.
// It has its own session, so that Ctrl-C in a terminal reaches us and not the database that we still need.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RelataError } from '../../../sdk/errors.ts'
import { readIfPresent } from '../data-folder.ts'
import { commandLineOf, findProcesses, isTaken, sendSignal, waitForEnd } from '../processes.ts'
import { programEnvironment } from './cluster.ts'
import type { Places } from './places.ts'
import type { Settings } from './settings.ts'
import type { RunAs } from './user.ts'

export interface PostgresServer {
  pid: number
  /** Settles when the process ends, wanted or not. */
  ended: Promise<void>
  stop(): Promise<void>
}

const FAST_STOP_MS = 60_000
const QUICK_STOP_MS = 5_000
const LOG_LIMIT_BYTES = 10 * 1024 ** 2

/** In the titles of the server's processes, by which they are known after a crash; at most 63 bytes. */
const clusterName = (places: Places): string =>
  `relata-${createHash('sha256').update(places.cluster).digest('hex').slice(0, 12)}`

/**
 * Start the server on a cluster where none runs, and wait until it accepts connections. Recovery after a crash may take
 * minutes: it is waited for as long as the process lives.
 * @throws RL504 with the end of its log when it ends before that
 */
export async function startServer(places: Places, user: RunAs, settings: Settings): Promise<PostgresServer> {
  const flags = Object.entries({
    ...settings,
    listen_addresses: '',
    unix_socket_directories: places.socket,
    unix_socket_permissions: '0700',
    cluster_name: clusterName(places),
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

  const logStart = turnLog(places.log)
  const log = openSync(places.log, 'a', 0o600)
  const child = spawn(path.join(places.programs, 'postgres'), ['-D', places.cluster, '-p', '5432', ...flags], {
    ...user,
    cwd: path.dirname(places.cluster),
    env: programEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let failure = ''
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      failure = error.message
      resolve()
    })
  })

  const { pid } = child
  if (pid === undefined || !(await isReady(places, child))) {
    await ended
    throw new RelataError('RL504', `PostgreSQL did not start:\n${failure || logSince(places.log, logStart)}`, {
      hint: `Its log is ${places.log}.`,
    })
  }
  // The database alone does not keep this process alive.
  child.unref()
  const watchdog = startWatchdog(pid)
  let hasEnded = false
  ended.then(() => {
    hasEnded = true
    watchdog?.kill('SIGKILL')
  })
  return {
    pid,
    ended,
    async stop() {
      child.ref()
      if (!hasEnded) await stopProcess(pid)
      await ended
    },
  }
}

/** The last line of postmaster.pid says so; pg_ctl looks at the same. */
async function isReady(places: Places, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const lines = readPidFile(places)
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true
    await delay(15)
  }
  return false
}

/**
 * Ends the database in order when this process dies without a word (kill -9): a shell whose standard input closes
 * with us. Without it the database would run on, without anyone to stop it, until the next start finds it.
 */
function startWatchdog(pid: number): ChildProcess | null {
  if (process.platform === 'win32') return null
  const watchdog = spawn('/bin/sh', ['-c', `read -r _; kill -INT ${pid}`], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watchdog.on('error', () => undefined)
  watchdog.stdin?.on('error', () => undefined)
  watchdog.unref()
  if (watchdog.stdin && 'unref' in watchdog.stdin && typeof watchdog.stdin.unref === 'function') watchdog.stdin.unref()
  return watchdog
}

/** End what an earlier run left on this cluster: a whole server, or processes that outlived a killed one. */
export async function stopLeftovers(places: Places): Promise<readonly number[]> {
  const postmaster = Number(readPidFile(places)[0])
  const isOurs = postmaster > 0 && commandLineOf(postmaster)?.includes(`-D ${places.cluster} `) === true
  if (isOurs) await stopProcess(postmaster)

  const title = `postgres: ${clusterName(places)}: `
  const orphans = findProcesses((commandLine) => commandLine.startsWith(title))
  // They end by themselves when they notice that the server is gone; a long statement does not look for a while.
  for (const pid of orphans) if (!(await waitForEnd(pid, 1_000))) sendSignal(pid, 'SIGKILL')
  for (const pid of orphans) await waitForEnd(pid, QUICK_STOP_MS)

  // The number may belong to a stranger by now, or to a dead process that nobody collects (both are common in
  // containers): PostgreSQL would believe that it is the server, and refuse to start.
  if (postmaster > 0 && isTaken(postmaster))
    for (const file of [path.join(places.cluster, 'postmaster.pid'), path.join(places.socket, '.s.PGSQL.5432.lock')])
      rmSync(file, { force: true })
  return isOurs ? [postmaster, ...orphans] : orphans
}

/** Fast shutdown (open transactions are rolled back, everything is written); harder when it does not come to an end. */
async function stopProcess(pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', QUICK_STOP_MS],
    ['SIGKILL', QUICK_STOP_MS],
  ] as const) {
    if (!sendSignal(pid, signal) || (await waitForEnd(pid, timeoutMs))) return
  }
}

const readPidFile = (places: Places): readonly string[] =>
  readIfPresent(path.join(places.cluster, 'postmaster.pid'))?.split('\n') ?? []

/** Keep one earlier log when it has grown. @returns size of what is there now, in bytes */
function turnLog(file: string): number {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (sizeBytes < LOG_LIMIT_BYTES) return sizeBytes
  renameSync(file, `${file}.1`)
  return 0
}

const logSince = (file: string, startBytes: number): string =>
  readFileSync(file).subarray(startBytes).toString('utf8').split('\n').slice(-12).join('\n').trim()
