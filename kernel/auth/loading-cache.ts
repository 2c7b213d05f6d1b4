// A small cache in front of a query: bounded, short-lived, one load at a time per key. What was being loaded while
// something was forgotten is not kept, for it may have been read before the change.

export interface Loaded<V> {
  value: V
  /** Not used after this moment; the cache's own limit applies as well. */
  untilMs?: number
}

interface Entry<V> {
  value: V
  untilMs: number
}

export class LoadingCache<V> {
  private readonly entries = new Map<string, Entry<V>>()
  private readonly loads = new Map<string, Promise<V | null>>()
  private readonly maxEntries: number
  private readonly lifetimeMs: number
  private epoch = 0

  constructor(maxEntries: number, lifetimeMs: number) {
    this.maxEntries = maxEntries
    this.lifetimeMs = lifetimeMs
  }

  /** What is cached and fresh; undefined: nothing. */
  peek(key: string): V | undefined {
    const entry = this.entries.get(key)
    if (entry && entry.untilMs > Date.now()) return entry.value
    return undefined
  }

  /** `load` answers null for nothing, which is not remembered. */
  get(key: string, load: () => Promise<Loaded<V> | null>): Promise<V | null> {
    const running = this.loads.get(key)
    if (running) return running
    const promise = this.load(key, load, this.epoch).finally(() => {
      if (this.loads.get(key) === promise) this.loads.delete(key)
    })
    this.loads.set(key, promise)
    return promise
  }

  forget(isStale: (value: V) => boolean): void {
    this.beginAnew()
    for (const [key, entry] of this.entries) if (isStale(entry.value)) this.entries.delete(key)
  }

  forgetAll(): void {
    this.beginAnew()
    this.entries.clear()
  }

  private beginAnew(): void {
    this.epoch++
    this.loads.clear()
  }

  private async load(key: string, load: () => Promise<Loaded<V> | null>, epoch: number): Promise<V | null> {
    const loaded = await load()
    if (!loaded) return null
    if (epoch === this.epoch) {
      this.entries.delete(key)
      this.entries.set(key, {
        value: loaded.value,
        untilMs: Math.min(Date.now() + this.lifetimeMs, loaded.untilMs ?? Number.POSITIVE_INFINITY),
      })
      if (this.entries.size > this.maxEntries) this.dropOldest()
    }
    return loaded.value
  }

  private dropOldest(): void {
    const [oldest] = this.entries.keys()
    if (oldest !== undefined) this.entries.delete(oldest)
  }
}
