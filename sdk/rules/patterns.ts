// Patterns of rules for PostgreSQL. Each character is written as the code points that it stands for, so that neither
// engine's idea of classes, case or escapes plays a part; what cannot be written so is refused.
import { checkPattern } from '../fields/pattern.ts'
import { type Pattern, PatternFault, readPattern } from '../fields/pattern-syntax.ts'

export type SqlPattern = { text: string } | { fault: string }

/** PostgreSQL counts no further. */
const MAX_REPEAT = 255

/** A regular expression of PostgreSQL (ARE) that matches the same texts, or why there is none. */
export function sqlPattern(source: string): SqlPattern {
  const fault = checkPattern(source)
  if (fault !== undefined) return { fault }
  try {
    return { text: written(readPattern(source)) }
  } catch (error) {
    if (error instanceof PatternFault) return { fault: error.message }
    throw error
  }
}

function written(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'start':
      return '^'
    case 'end':
      return '$'
    case 'sequence':
      return pattern.items.map(written).join('')
    case 'either':
      return `(?:${pattern.items.map(written).join('|')})`
    case 'repeat':
      return repeated(pattern)
    case 'character':
      return classText(rangesOf(pattern.source))
  }
}

function repeated({ item, min, max }: Extract<Pattern, { kind: 'repeat' }>): string {
  if (max === 0) return '(?:)'
  const isEndless = max === Number.POSITIVE_INFINITY
  if (min > MAX_REPEAT || (!isEndless && max > MAX_REPEAT))
    throw new PatternFault(`repeats something more than ${MAX_REPEAT} times`)
  return `(?:${written(item)}){${min},${isEndless ? '' : max}}`
}

type Range = readonly [number, number]
type Ranges = readonly Range[]

const LAST = 0x10ffff
const DIGITS: Ranges = [[0x30, 0x39]]
const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const LINE_ENDS: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]
const CLASSES: Readonly<Record<string, Ranges>> = {
  d: DIGITS,
  D: without(DIGITS),
  w: WORD,
  W: without(WORD),
  s: SPACE,
  S: without(SPACE),
}
const CONTROLS: Readonly<Record<string, number>> = { b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 }

function rangesOf(source: string): Ranges {
  if (source === '.') return without(LINE_ENDS)
  if (!source.startsWith('[')) return atomOf(source)
  const isNegated = source.startsWith('[^')
  const items = source.slice(isNegated ? 2 : 1, -1)
  const found: Range[] = []
  const atoms = items.match(ATOM) ?? []
  for (let index = 0; index < atoms.length; index++) {
    const [low] = atomOf(atoms[index] ?? '')
    const to = atoms[index + 1] === '-' ? atoms[index + 2] : undefined
    if (to === undefined || !low) found.push(...atomOf(atoms[index] ?? ''))
    else {
      found.push([low[0], atomOf(to)[0]?.[1] ?? low[1]])
      index += 2
    }
  }
  return isNegated ? without(found) : found
}

const ATOM = /\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|.)|./gsu

/** One character, or the class that an escape stands for. */
function atomOf(atom: string): Ranges {
  const one = (code: number): Ranges => [[code, code]]
  if (!atom.startsWith('\\')) return one(atom.codePointAt(0) ?? 0)
  const name = atom.charAt(1)
  if (name === 'p' || name === 'P')
    throw new PatternFault(`has “${atom}”, whose characters differ between versions of Unicode; write a range`)
  const known = CLASSES[name]
  if (known) return known
  const control = CONTROLS[name]
  if (control !== undefined) return one(control)
  if (name === 'u' || name === 'x') return one(Number.parseInt(atom.slice(2).replace(/[{}]/g, ''), 16))
  if (name === 'c') return one(atom.charCodeAt(2) % 32)
  return one(atom.codePointAt(1) ?? 0)
}

/** All characters but these. */
function without(ranges: Ranges): Ranges {
  const rest: Range[] = []
  let next = 0
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > next) rest.push([next, low - 1])
    next = Math.max(next, high + 1)
  }
  if (next <= LAST) rest.push([next, LAST])
  return rest
}

/** Texts of the database hold neither NUL nor halves of surrogate pairs. */
const HELD: Ranges = [
  [1, 0xd7ff],
  [0xe000, LAST],
]

function classText(ranges: Ranges): string {
  const held = HELD.flatMap(([from, to]) =>
    ranges.flatMap(([low, high]): Range[] => {
      const [first, last] = [Math.max(low, from), Math.min(high, to)]
      return first <= last ? [[first, last]] : []
    }),
  )
  if (held.length === 0) throw new PatternFault('has a character that no text holds')
  const texts = held.map(([low, high]) => (low === high ? codeText(low) : `${codeText(low)}-${codeText(high)}`))
  return `[${texts.join('')}]`
}

const codeText = (code: number): string =>
  code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
