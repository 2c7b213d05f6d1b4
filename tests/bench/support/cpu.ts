// Processor time of processes, from /proc (proc(5)): what a request costs, whoever waits for whom.
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in ticks of 10 ms (USER_HZ). */
const MS_PER_TICK = 10

interface Stat {
  parent: number
  /** That of children which have ended included: they are counted with the one that waited for them. */
  cpuMs: number
  rssBytes: number
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold blanks; fields are counted from behind it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return {
      parent: Number(fields[1]),
      cpuMs: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK,
      rssBytes: Number(fields[21]) * 4096,
    }
  } catch {
    return undefined
  }
}

/** The process and all below it, those that have ended included. */
export function cpuMsOfTree(root: number): number {
  const stats = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined
    if (stat) stats.set(Number(name), stat)
  }
  const isBelow = (pid: number): boolean => pid === root || (stats.has(pid) && isBelow(stats.get(pid)?.parent ?? 0))
  return [...stats].reduce((sum, [pid, { cpuMs }]) => (isBelow(pid) ? sum + cpuMs : sum), 0)
}

export const rssMb = (pid: number): number => (statOf(pid)?.rssBytes ?? 0) / 2 ** 20
