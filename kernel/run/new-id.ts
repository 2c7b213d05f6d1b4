// Identifiers: UUID version 7 (RFC 9562), made here because PostgreSQL has a function for it only since 18. They grow
// with time, so that inserts touch the right-hand edge of the index.
import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 10 * 256
const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES
let lastMs = 0
let sequence = 0

/** Ids made by one process in one millisecond keep their order, by the 12 bits after the time. */
export function newId(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs
    sequence = randomByte() & 0x7f
  } else {
    sequence++
    if (sequence > 0xfff) {
      lastMs++
      sequence = 0
    }
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const counter = sequence.toString(16).padStart(3, '0')
  const random = randomHex()
  const variant = (8 + (Number.parseInt(random[0] as string, 16) & 3)).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${random.slice(1, 4)}-${random.slice(4, 16)}`
}

function randomHex(): string {
  const start = take(8)
  return pool.toString('hex', start, start + 8)
}

const randomByte = (): number => pool[take(1)] as number

/** Random bytes are drawn from the system in one go for hundreds of ids. */
function take(count: number): number {
  if (used + count > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  used += count
  return used - count
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isUuid = (text: string): boolean => UUID.test(text)
