// Numbers as people type them in their language, to exact decimal text and back.
import { formatDecimal } from '../../sdk/fields/intl.ts'

interface Marks {
  decimal: string
  group: string
}
const marks = new Map<string, Marks>()

function marksOf(locale: string): Marks {
  let found = marks.get(locale)
  if (!found) {
    const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8)
    const of = (type: string, other: string) => parts.find((part) => part.type === type)?.value ?? other
    found = { decimal: of('decimal', '.'), group: of('group', ',') }
    marks.set(locale, found)
  }
  return found
}

/**
 * `1.234,5` → `1234.5` in German. A single mark that the language does not use for decimals counts as one all the same,
 * unless three digits follow it: `12.5` is twelve and a half everywhere.
 * @returns undefined when it is no number
 */
export function readNumber(typed: string, locale: string): string | undefined {
  const { decimal, group } = marksOf(locale)
  const tight = typed.replace(/[\s'’_\u00a0\u202f]/g, '').replace('−', '-')
  const last = Math.max(tight.lastIndexOf('.'), tight.lastIndexOf(','), tight.lastIndexOf(decimal))
  const mark = tight[last]
  const isDecimal =
    mark !== undefined && (isLone(tight, last, mark) ? !isGroup(tight, last, mark, group) : isOnly(tight, mark))
  const whole = isDecimal ? tight.slice(0, last) : tight
  const fraction = isDecimal ? tight.slice(last + 1) : ''
  const digits = whole.replace(/[.,]/g, '').replaceAll(group, '')
  const text = fraction === '' ? digits : `${digits || '0'}.${fraction}`
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? text.replace(/^\+/, '') : undefined
}

/** No other mark in the text. */
const isLone = (text: string, at: number, mark: string): boolean =>
  !/[.,]/.test(text.slice(0, at)) && text.indexOf(mark) === at
const isGroup = (text: string, at: number, mark: string, group: string): boolean =>
  mark === group && /^\d{3}$/.test(text.slice(at + 1)) && at > 0
/** Beside marks of another kind, the last one stands before decimals when it stands once. */
const isOnly = (text: string, mark: string): boolean => text.split(mark).length === 2

/** Exact; what is no number is given back. */
export function showNumber(value: string, locale: string, isGrouped = true): string {
  if (!isGrouped) return value.replace('.', marksOf(locale).decimal)
  return /^-?\d+(\.\d+)?$/.test(value) ? formatDecimal(value, locale) : value
}
