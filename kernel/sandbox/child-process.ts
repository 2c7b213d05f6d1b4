// A child process: started shut in, spoken to over a line, watched, and always ended with SIGKILL.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { Confinement } from './confinement.ts'
import { FROM_CHILD } from './frames.ts'
import { type Guilty, type Line, NOBODY, openLine, SOMEBODY } from './line.ts'
import type { Settings } from './options.ts'
import { streamWire } from './wire.ts'

const KEPT_OUTPUT = 2_000
const PAGE_BYTES = 4_096

export interface Child extends Line {
  pid: number
  kill(reason: string, guilty?: Guilty): void
  /** Kills it when it is silent or too large. */
  watch(): void
  isDead(): boolean
}

export function startChild(
  { command, args }: Confinement,
  settings: Settings,
  maxSlots: number,
  onDeath: (child: Child, reason: string) => void,
): Child {
  const process_ = spawn(command, [...args, String(maxSlots)], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: what ends the server from the keyboard does not end it first.
    detached: true,
  })
  const { times, log } = settings
  let output = ''
  let idleWatches = 0
  let isDead = false
  for (const stream of [process_.stdout, process_.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
    })

  const kill = (reason: string, guilty?: Guilty): void => {
    if (isDead) return
    isDead = true
    process_.kill('SIGKILL')
    if (reason !== CLOSED && reason !== IDLE)
      log.warn({ pid: process_.pid, reason, output: output || undefined }, 'a sandbox process was ended')
    line.die(reason, reason === CLOSED ? NOBODY : guilty)
    onDeath(child, reason)
  }
  const channel = process_.stdio[3] as Duplex
  const line = openLine(streamWire(channel, FROM_CHILD), times, (reason, guilty) => {
    // A channel that closes is the first that is heard of an end; the exit tells more.
    if (reason === GONE) setTimeout(kill, 20, reason)
    else kill(reason, guilty)
  })
  process_.on('error', (error) => kill(`It could not be started: ${error.message}`))
  process_.on('exit', (code, signal) => kill(`It ended by itself (${signal ?? `code ${code}`}).`))
  const pid = process_.pid ?? 0
  makeFirstToGo(pid)

  const child: Child = {
    ...line,
    pid,
    kill,
    isDead: () => isDead,
    watch() {
      if (line.running() === 0) {
        // isolated-vm leaves some 4 KB behind with every isolate: a child that grew goes while nobody needs it.
        if (++idleWatches % 100 === 0 && residentMb(pid) > settings.childMemoryMb * 0.75) kill(IDLE)
        return
      }
      const mb = residentMb(pid)
      if (mb > settings.childMemoryMb) kill(`It took ${Math.round(mb)} MB of memory.`)
      else if (line.silentMs() > times.silentMs) kill('It does not answer.', SOMEBODY)
    },
  }
  return child
}
const GONE = 'It is gone.'
export const CLOSED = 'The sandbox is closed.'
export const IDLE = 'It stood idle.'

/** When the machine runs out of memory, a child goes before the server does. */
function makeFirstToGo(pid: number): void {
  if (process.platform !== 'linux' || pid === 0) return
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000')
  } catch {
    // Not ours to say.
  }
}

function residentMb(pid: number): number {
  if (process.platform !== 'linux') return 0
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return (pages * PAGE_BYTES) / 1_048_576
  } catch {
    return 0
  }
}
