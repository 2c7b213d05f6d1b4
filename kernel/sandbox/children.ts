// Which child runs what: tenants are spread over a few children, always the same one for a tenant; plugins that have
// brought a process down have one of their own; what may or may not have done so is tried alone. One child stands ready
// for the place of one that dies.
import { createHash } from 'node:crypto'
import { type Child, CLOSED, IDLE, startChild } from './child-process.ts'
import { type ConfinementReport, findConfinement } from './confinement.ts'
import type { Settings } from './options.ts'

const MOST_TRIALS = 8

export interface Children {
  ofTenant(tenant: string): Promise<Child>
  ofPlugin(key: string): Promise<Child>
  /** Nothing else runs there until it is given back. */
  alone(): Promise<{ child: Child; giveBack(): void }>
  all(): Child[]
  /** `restarts`: those that were ended for what ran in them. */
  counts(): { children: number; isolates: number; restarts: number }
  report(): Promise<ConfinementReport>
  close(): void
}

export function openChildren(settings: Settings): Children {
  const slots: (Child | undefined)[] = Array.from({ length: settings.children }, () => undefined)
  const own = new Map<string, { child: Child; usedMs: number }>()
  const places = new Map<string, number>()
  const everybody = new Set<Child>()
  const trials = { running: 0, waiting: [] as (() => void)[], idle: [] as Child[] }
  const maxSlots = Math.max(1, Math.ceil(settings.maxIsolates / settings.children))
  const confinement = lazy(async () => {
    const found = await findConfinement()
    const { missing, ...inForce } = found.report
    if (missing.length === 0) settings.log.info(inForce, 'sandbox processes are shut in')
    else settings.log.warn({ ...inForce, missing }, 'sandbox processes are less shut in than they could be')
    return found
  })
  let spare: Child | undefined
  let restarts = 0
  let isClosed = false
  let watching: NodeJS.Timeout | undefined

  const start = async (): Promise<Child> => {
    const found = await confinement()
    const child = startChild(found, settings, maxSlots, (dead, reason) => {
      if (reason !== CLOSED && reason !== IDLE) restarts += 1
      everybody.delete(dead)
      if (spare === dead) spare = undefined
      const place = slots.indexOf(dead)
      if (place >= 0) slots[place] = undefined
    })
    everybody.add(child)
    if (isClosed) child.kill(CLOSED)
    watching ??= setInterval(watch, settings.times.watchMs).unref()
    return child
  }
  let filling: Promise<void> | undefined
  const fillSpare = (): void => {
    if (spare || filling || isClosed) return
    filling = start().then((child) => {
      filling = undefined
      if (!child.isDead()) spare = child
    })
  }
  /** The spare one when there is one. */
  const take = async (): Promise<Child> => {
    const ready = spare
    spare = undefined
    const child = ready && !ready.isDead() ? ready : await start()
    await child.ready
    // The one that is needed now starts first.
    setTimeout(fillSpare, 200).unref()
    return child
  }
  const watch = (): void => {
    for (const child of everybody) child.watch()
    const before = performance.now() - settings.times.idleChildMs
    for (const [key, { child, usedMs }] of own) {
      if (child.isDead()) own.delete(key)
      else if (usedMs < before && child.running() === 0) {
        own.delete(key)
        child.kill(IDLE)
      }
    }
  }
  const coming = new Map<number | string, Promise<Child>>()
  const once = (key: number | string, make: () => Promise<Child>): Promise<Child> => {
    const known = coming.get(key)
    if (known) return known
    const promise = make().finally(() => coming.delete(key))
    coming.set(key, promise)
    return promise
  }
  return {
    async ofTenant(tenant) {
      const place = places.get(tenant) ?? placeOf(tenant, settings.children)
      places.set(tenant, place)
      const known = slots[place]
      if (known && !known.isDead()) return known
      return once(place, async () => {
        const child = await take()
        if (!child.isDead()) slots[place] = child
        return child
      })
    },
    async ofPlugin(key) {
      const known = own.get(key)
      if (known && !known.child.isDead()) {
        known.usedMs = performance.now()
        return known.child
      }
      return once(key, async () => {
        const child = await take()
        own.set(key, { child, usedMs: performance.now() })
        return child
      })
    },
    async alone() {
      if (trials.running >= MOST_TRIALS) await new Promise<void>((resolve) => trials.waiting.push(resolve))
      else trials.running += 1
      let idle = trials.idle.pop()
      if (idle?.isDead()) idle = undefined
      const child = idle ?? (await take())
      return {
        child,
        giveBack() {
          if (!child.isDead() && trials.waiting.length === 0) child.kill(IDLE)
          else if (!child.isDead()) trials.idle.push(child)
          const next = trials.waiting.shift()
          if (next) next()
          else trials.running -= 1
        },
      }
    },
    all: () => [...everybody],
    counts() {
      const isolates = [...everybody].reduce((total, child) => total + child.isolates(), 0)
      return { children: everybody.size, isolates, restarts }
    },
    report: async () => (await confinement()).report,
    close() {
      isClosed = true
      clearInterval(watching)
      for (const child of everybody) child.kill(CLOSED)
    },
  }
}
/** Rendezvous hashing: with one child more, only those move that it gets. */
function placeOf(tenant: string, places: number): number {
  let best = 0
  let bestWeight = -1
  for (let place = 0; place < places; place++) {
    const weight = createHash('sha256').update(`${place}:${tenant}`).digest().readUInt32LE(0)
    if (weight > bestWeight) [best, bestWeight] = [place, weight]
  }
  return best
}

function lazy<V>(make: () => Promise<V>): () => Promise<V> {
  let made: Promise<V> | undefined
  return () => {
    made ??= make()
    return made
  }
}
