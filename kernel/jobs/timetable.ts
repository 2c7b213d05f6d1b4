// Names that are due later, each once: the earliest time counts.
export class Timetable {
  private readonly due = new Map<string, { atMs: number; timer: NodeJS.Timeout }>()
  private readonly act: (name: string) => void

  constructor(act: (name: string) => void) {
    this.act = act
  }

  put(name: string, delayMs: number): void {
    const atMs = performance.now() + delayMs
    const known = this.due.get(name)
    if (known && known.atMs <= atMs) return
    clearTimeout(known?.timer)
    const timer = setTimeout(() => {
      this.due.delete(name)
      this.act(name)
    }, delayMs).unref()
    this.due.set(name, { atMs, timer })
  }

  clear(): void {
    for (const { timer } of this.due.values()) clearTimeout(timer)
    this.due.clear()
  }
}
