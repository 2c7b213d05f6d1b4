// Compiled statements by shape. Bounded: the least recently used goes first.

export class StatementCache<T extends object> {
  private readonly entries = new Map<string, T>()
  private readonly limit: number

  constructor(limit = 1_000) {
    this.limit = limit
  }

  /** The value under `key`, made once. The caller's key names everything that `make` depends on. */
  get(key: string, make: () => T): T {
    const found = this.entries.get(key)
    if (found !== undefined) {
      this.entries.delete(key)
      this.entries.set(key, found)
      return found
    }
    const made = make()
    this.entries.set(key, made)
    if (this.entries.size > this.limit) {
      const [oldest] = this.entries.keys()
      if (oldest !== undefined) this.entries.delete(oldest)
    }
    return made
  }

  get size(): number {
    return this.entries.size
  }
}
