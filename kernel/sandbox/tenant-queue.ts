// Places in which invocations of a tenant run; who finds none waits in line.

export type Entry = 'in' | 'full' | 'late' | 'cancelled'

export interface TenantQueue {
  enter(tenant: string, signal?: AbortSignal): Promise<Entry> | 'in'
  leave(tenant: string): void
  /** Over all tenants. */
  counts(): { running: number; waiting: number }
}

interface Line {
  inside: number
  waiting: Set<() => void>
}

export function openTenantQueue(places: number, mostWaiting: number, waitMs: number): TenantQueue {
  const lines = new Map<string, Line>()
  return {
    enter(tenant, signal) {
      const line = lines.get(tenant) ?? { inside: 0, waiting: new Set() }
      lines.set(tenant, line)
      if (line.inside < places) {
        line.inside += 1
        return 'in'
      }
      if (line.waiting.size >= mostWaiting) return Promise.resolve('full')
      return new Promise((resolve) => {
        const end = (entry: Entry): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          line.waiting.delete(next)
          resolve(entry)
        }
        const onAbort = (): void => end('cancelled')
        // Whoever leaves gives their place over: `inside` stays as it is.
        const next = (): void => end('in')
        const timer = setTimeout(end, waitMs, 'late')
        signal?.addEventListener('abort', onAbort)
        line.waiting.add(next)
      })
    },
    leave(tenant) {
      const line = lines.get(tenant)
      if (!line) return
      const [next] = line.waiting
      if (next) next()
      else if (--line.inside === 0) lines.delete(tenant)
    },
    counts() {
      const all = [...lines.values()]
      const sum = (of: (line: Line) => number): number => all.reduce((total, line) => total + of(line), 0)
      return { running: sum(({ inside }) => inside), waiting: sum(({ waiting }) => waiting.size) }
    },
  }
}
