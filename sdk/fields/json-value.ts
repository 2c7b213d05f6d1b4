// JSON text of a value, with its members in one order; bounded, and deaf to getters and toJSON.
import { isList, membersOf } from './parsed.ts'

type Fault = 'not_json' | 'too_deep' | 'too_long' | 'broken_text'
export type WrittenJson = { ok: true; text: string } | { ok: false; why: Fault }

interface Limits {
  maxDepth: number
  /** Characters of the text. */
  maxLength: number
}

/** Thrown and caught in this file only, to leave the recursion at once. */
class Stop {
  readonly why: Fault
  constructor(why: Fault) {
    this.why = why
  }
}

export function writeJson(value: unknown, limits: Limits): WrittenJson {
  const pieces: string[] = []
  let length = 0
  const put = (text: string): void => {
    length += text.length
    if (length > limits.maxLength) throw new Stop('too_long')
    pieces.push(text)
  }
  const putText = (text: string): void => {
    if (text.length > limits.maxLength) throw new Stop('too_long')
    if (!text.isWellFormed() || text.includes('\u0000')) throw new Stop('broken_text')
    put(JSON.stringify(text))
  }
  const write = (one: unknown, depth: number): void => {
    if (depth > limits.maxDepth) throw new Stop('too_deep')
    if (one === null || typeof one === 'boolean') return put(String(one))
    if (typeof one === 'string') return putText(one)
    if (typeof one === 'number') {
      if (!Number.isFinite(one)) throw new Stop('not_json')
      return put(String(one === 0 ? 0 : one))
    }
    if (Array.isArray(one) && !isList(one, limits.maxLength)) throw new Stop('too_long')
    if (isList(one, limits.maxLength)) return writeAll('[', Array.from(one), ']', (item) => write(item, depth + 1))
    const members = membersOf(one)
    if (!members) throw new Stop('not_json')
    const names = Object.keys(members).sort()
    return writeAll('{', names, '}', (name) => {
      putText(name)
      put(':')
      write(members[name], depth + 1)
    })
  }
  const writeAll = <T>(open: string, all: readonly T[], close: string, each: (one: T) => void): void => {
    put(open)
    all.forEach((one, index) => {
      if (index > 0) put(',')
      each(one)
    })
    put(close)
  }
  try {
    write(value, 0)
    return { ok: true, text: pieces.join('') }
  } catch (stop) {
    return { ok: false, why: stop instanceof Stop ? stop.why : 'not_json' }
  }
}
