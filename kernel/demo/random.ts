// Numbers that look random and are the same for the same seed: a demo can be made again, and tests can rely on it.

/** sfc32: fast, 128 bits of state, good enough for names and dates. Not for secrets. */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1

  constructor(seed: number) {
    this.a = seed | 0
    this.b = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
    this.c = Math.imul(seed + 0x7f4a7c15, 0xc2b2ae35)
    // The first outputs of near seeds are alike.
    for (let i = 0; i < 16; i++) this.bits()
  }

  /** 32 random bits as an unsigned number. */
  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    return sum >>> 0
  }

  /** 0 ≤ x < 1 */
  next(): number {
    return this.bits() / 4294967296
  }

  /** Whole number, both ends included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** Position in a list of `length`; skew above 1 prefers the beginning, as a few records are in most of the work. */
  index(length: number, skew = 1): number {
    return Math.floor(length * (skew === 1 ? this.next() : this.next() ** skew))
  }

  pick<T>(list: readonly T[], skew = 1): T | undefined {
    return list[this.index(list.length, skew)]
  }

  /** A function that picks by weight: weights are added up once. */
  static weighted<T>(entries: readonly (readonly [T, number])[]): (random: Random) => T {
    const bounds: [T, number][] = []
    let total = 0
    for (const [value, weight] of entries) bounds.push([value, (total += weight)])
    const last = bounds.at(-1)
    if (!last) throw new RangeError('nothing to choose from')
    return (random) => {
      const point = random.next() * total
      return (bounds.find(([, bound]) => point < bound) ?? last)[0]
    }
  }

  /** A UUID of version 7 for this moment: rows made in order of time stand in that order in the index. */
  uuid(atMs: number): string {
    const time = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0')
    const hex = (digits: number) => (this.bits() >>> (32 - digits * 4)).toString(16).padStart(digits, '0')
    const variant = ((this.bits() >>> 30) | 8).toString(16)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(8 - 4)}${hex(8)}`
  }
}
