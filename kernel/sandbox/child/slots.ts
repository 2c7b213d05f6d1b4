// The isolates of a child: one for each tenant, plugin and code, made when first asked for, kept warm, thrown away after
// many calls, when it grew, when it stood idle, or when others need the room. State that a plugin keeps between calls may
// vanish at any time, and it is told so.
import type { Box } from './box.ts'
import type { Work } from './work.ts'

export interface Slot {
  key: string
  hash: string
  filename: string
  memoryMb: number
  /** undefined: being made. */
  box: Box | undefined
  /** Throws the isolate away, made or not. */
  dispose: () => void
  works: Set<Work>
  /** Those whose guest code runs or waits to: the first one runs. */
  entered: Work[]
  calls: number
  loadMs: number
  lastUsedMs: number
  /** Takes nothing new, and goes when the last is done. */
  isRetired: boolean
}

export interface SlotLimits {
  maxSlots: number
  maxCalls: number
  idleMs: number
  /** Of the memory that it may have. */
  maxHeapShare: number
}
export const SLOT_LIMITS: SlotLimits = { maxSlots: 300, maxCalls: 1_000, idleMs: 15 * 60_000, maxHeapShare: 0.6 }

export interface Slots {
  find(key: string): Slot | undefined
  add(slot: Pick<Slot, 'key' | 'hash' | 'filename' | 'memoryMb'>): Slot
  retire(slot: Slot): void
  /** @param boxesOf tenant and plugin */
  retirePlugin(boxesOf: string): void
  /** A call is over: the isolate is looked at. */
  left(slot: Slot, work: Work): void
  /** Those that stood idle go. */
  sweep(): void
}

/** @param onCount told how many there are whenever that changes */
export function openSlots(limits: SlotLimits, onCount: (count: number) => void): Slots {
  const open = new Map<string, Slot>()

  const retire = (slot: Slot): void => {
    slot.isRetired = true
    if (open.get(slot.key) === slot) {
      open.delete(slot.key)
      onCount(open.size)
    }
    if (slot.works.size === 0) slot.dispose()
  }
  const look = (slot: Slot): void => {
    const heapBytes = slot.box?.readHeap() ?? 0
    if (heapBytes > slot.memoryMb * 1_048_576 * limits.maxHeapShare) retire(slot)
  }
  const makeRoom = (): void => {
    if (open.size < limits.maxSlots) return
    const idle = [...open.values()].filter(({ works }) => works.size === 0)
    const oldest = idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs)[0]
    if (oldest) retire(oldest)
  }
  return {
    find: (key) => open.get(key),
    add(given) {
      makeRoom()
      const slot: Slot = {
        ...given,
        box: undefined,
        dispose: () => {},
        works: new Set(),
        entered: [],
        calls: 0,
        loadMs: 0,
        lastUsedMs: performance.now(),
        isRetired: false,
      }
      open.set(slot.key, slot)
      onCount(open.size)
      return slot
    },
    retire,
    retirePlugin(boxesOf) {
      for (const slot of [...open.values()]) if (slot.key.startsWith(`${boxesOf}/`)) retire(slot)
    },
    left(slot, work) {
      slot.works.delete(work)
      slot.calls += 1
      slot.lastUsedMs = performance.now()
      if (slot.calls >= limits.maxCalls || slot.isRetired) retire(slot)
      // Its answer leaves first.
      else setImmediate(look, slot)
    },
    sweep() {
      const beforeMs = performance.now() - limits.idleMs
      for (const slot of [...open.values()]) if (slot.works.size === 0 && slot.lastUsedMs < beforeMs) retire(slot)
    },
  }
}
