// Other processes of this machine: whether one lives, which one it is, what it runs. A process id alone proves
// nothing: it is used again, sooner than one thinks inside a container.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const isLinux = process.platform === 'linux'

export const isAlive = (pid: number): boolean => isTaken(pid) && !isZombie(pid)

/** The number is in use, if only by a process that ended and whose parent has not collected it. */
export function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function isZombie(pid: number): boolean {
  return isLinux && statFields(pid)?.[0] === 'Z'
}

/** Fields of /proc/<pid>/stat after the name, which may itself hold spaces and brackets. */
function statFields(pid: number): string[] | null {
  const stat = readOrNull(`/proc/${pid}/stat`)
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** @returns a text that no other process has had or will have on this machine; null when it is not running */
export function identityOf(pid: number): string | null {
  if (!isLinux) return ps('lstart=', pid)
  const startTicks = statFields(pid)?.[19]
  return startTicks ? `${readOrNull('/proc/sys/kernel/random/boot_id')?.trim()}:${startTicks}` : null
}

/** @returns what was run, arguments joined by spaces; null when it is not running */
export function commandLineOf(pid: number): string | null {
  if (!isLinux) return ps('command=', pid)
  return readOrNull(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? null
}

/** Ids of the living processes whose command line the predicate accepts. */
export function findProcesses(accepts: (commandLine: string) => boolean): number[] {
  if (isLinux) {
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
    return pids.filter((pid) => accepts(commandLineOf(pid) ?? '') && isAlive(pid))
  }
  const lines = run('ps', ['-axo', 'pid=,command='])?.split('\n') ?? []
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line)
    return match?.[1] && match[2] && accepts(match[2]) ? [Number(match[1])] : []
  })
}

/** @returns false when it was already gone */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** @returns true when the process ended within the time */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(pid)) {
    if (performance.now() >= deadline) return false
    await delay(20)
  }
  return true
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

const ps = (field: string, pid: number): string | null => run('ps', ['-o', field, '-p', String(pid)])

function run(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
  } catch {
    return null
  }
}
