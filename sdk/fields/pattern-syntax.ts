// Reads the regular expressions that authors may write: those of JavaScript (flag u) without back-references,
// look-around and word boundaries, so that they can be matched in time linear in the text.

export type Pattern =
  /** Source of an expression that matches one character: `a`, `\d`, `[^x-z]`, `.` */
  | { kind: 'character'; source: string }
  | { kind: 'start' | 'end' }
  | { kind: 'sequence' | 'either'; items: readonly Pattern[] }
  | { kind: 'repeat'; item: Pattern; min: number; max: number }

/** Why a pattern is refused, as a phrase that follows “the pattern”. */
export class PatternFault extends Error {}

const MAX_DEPTH = 30
const MAX_REPEAT = 1000

/** @throws PatternFault */
export function readPattern(source: string): Pattern {
  try {
    new RegExp(source, 'u')
  } catch {
    throw new PatternFault('is not a regular expression')
  }
  const reader = new Reader(source)
  const pattern = reader.either(0)
  if (!reader.isDone) throw new PatternFault('has a bracket too many')
  return pattern
}

/** The syntax is known to be right: this only takes it apart. */
class Reader {
  private readonly source: string
  private at = 0

  constructor(source: string) {
    this.source = source
  }

  get isDone(): boolean {
    return this.at >= this.source.length
  }

  either(depth: number): Pattern {
    if (depth > MAX_DEPTH) throw new PatternFault('is nested too deeply')
    const items = [this.sequence(depth)]
    while (this.take(/\|/y)) items.push(this.sequence(depth))
    return { kind: 'either', items }
  }

  private sequence(depth: number): Pattern {
    const items: Pattern[] = []
    while (!this.isDone && !/[|)]/.test(this.source.charAt(this.at))) items.push(this.repeated(depth))
    return { kind: 'sequence', items }
  }

  private repeated(depth: number): Pattern {
    const item = this.one(depth)
    // A question mark after it asks for the shortest match; whether there is one does not depend on that.
    const sign = this.take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y)
    if (!sign) return item
    const [min, max] = countsOf(sign)
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY))
      throw new PatternFault(`repeats something more than ${MAX_REPEAT} times`)
    return { kind: 'repeat', item, min, max }
  }

  private one(depth: number): Pattern {
    if (this.take(/\^/y)) return { kind: 'start' }
    if (this.take(/\$/y)) return { kind: 'end' }
    if (this.take(/\((?:\?:)?(?!\?)/y)) {
      const inner = this.either(depth + 1)
      this.take(/\)/y)
      return inner
    }
    const source = this.take(CHARACTER)
    if (source) return { kind: 'character', source }
    throw new PatternFault(this.whyNot())
  }

  private whyNot(): string {
    const rest = this.source.slice(this.at, this.at + 3)
    if (/^\(\?<?[=!]/.test(this.source.slice(this.at, this.at + 4)))
      return 'looks ahead or behind, which is not supported'
    if (/^\\[bB]/.test(rest)) return 'has a word boundary, which is not supported'
    if (/^\\[1-9k]/.test(rest)) return 'refers back to a group, which is not supported'
    return `has “${rest}”, which is not supported`
  }

  private take(sign: RegExp): string | undefined {
    sign.lastIndex = this.at
    const found = sign.exec(this.source)?.[0]
    this.at += found?.length ?? 0
    return found
  }
}

/** A class in brackets, an escape that stands for one character, a dot, or a character for itself. */
const CHARACTER =
  /\[(?:[^\]\\]|\\.)*\]|\\(?:[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[dDwWsStnrfv0]|[^\dA-Za-z])|[^\\()[\]{}*+?^$|]/uy

function countsOf(sign: string): [number, number] {
  if (sign.startsWith('*')) return [0, Number.POSITIVE_INFINITY]
  if (sign.startsWith('+')) return [1, Number.POSITIVE_INFINITY]
  if (sign.startsWith('?')) return [0, 1]
  const [, min = '0', comma, max] = /^\{(\d+)(,)?(\d+)?\}/.exec(sign) ?? []
  if (comma === undefined) return [Number(min), Number(min)]
  return [Number(min), max === undefined ? Number.POSITIVE_INFINITY : Number(max)]
}
