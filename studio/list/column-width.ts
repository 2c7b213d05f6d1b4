// How wide a column must be. Numbers, money, dates and the like are never cut off: room for an ordinary large value is
// kept from the start, and a wider one among the rows widens the column. Words are cut at a limit for their kind.
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { locale } from '../app/i18n.ts'
import { meta } from '../app/meta.ts'
import { shownText } from './cell-text.ts'
import { valueAt } from './select.ts'

const CELL_PADDING_PX = 16
/** Antialiasing and rounding. */
const SLACK_PX = 2
/** Dot of a choice, arrow of a sorted header: with its gap. */
const DOT_PX = 14
const SORT_PX = 16
const NARROWEST_PX = 72
/** A long label alone makes no column wider than this. */
const LABEL_LIMIT_PX = 176
const NAME_LIMIT_PX = 320
const TEXT_LIMIT_PX = 240
const LIMITS: Readonly<Record<string, number>> = { text: 220, choices: 260, multiline: 320, address: 300 }

const UNCUT: ReadonlySet<string> = new Set([
  'number',
  'money',
  'percent',
  'date',
  'datetime',
  'checkbox',
  'choice',
  'phone',
])
const NUMERIC: ReadonlySet<string> = new Set(['number', 'money', 'percent'])
const NUMERIC_TYPES: ReadonlySet<string> = new Set(['decimal', 'rollup'])

/** Is a value of this field a number, to be set to the right with even digits? */
export function isNumeric({ widget, type, options }: ClientField): boolean {
  if (NUMERIC.has(widget)) return true
  if (type === 'formula') return options.ruleType?.kind === 'number' || options.ruleType?.kind === 'decimal'
  return NUMERIC_TYPES.has(type)
}

/** Its column is as wide as its values; columns of words share what is left. */
export const isUncut = (field: ClientField): boolean => isNumeric(field) || UNCUT.has(field.widget)

/** What a column shows that nobody has loaded yet. */
const SAMPLES: Readonly<Record<string, WireValue>> = {
  money: { amount: '8888888.88', currency: 'SEK' },
  percent: '88.88',
  date: '2028-09-28',
  datetime: '2028-09-28T20:58:00Z',
  phone: '+49 888 88888888',
}

/** Width that the rows seen so far need, for each list: filtering and paging back does not move the columns again. */
const needed = new Map<string, number>()
const keyOf = (entity: string, path: string): string => `${meta.tenant.slug} ${locale()} ${entity} ${path}`

/** @returns pixels, padding included */
export function fitWidth(entity: string, path: string, field: ClientField, label: string, isName: boolean): number {
  const head = Math.min(measure(label, isName) + SORT_PX, LABEL_LIMIT_PX)
  const seen = needed.get(keyOf(entity, path))
  const body = seen ?? firstGuess(field, isName)
  return Math.ceil(Math.max(NARROWEST_PX, head + CELL_PADDING_PX, body + CELL_PADDING_PX) + SLACK_PX)
}

/** Before any row is there. */
function firstGuess(field: ClientField, isName: boolean): number {
  if (field.widget === 'choice') return widestChoice(field)
  const sample = SAMPLES[field.widget] ?? (isNumeric(field) ? '8888888' : undefined)
  if (sample !== undefined && isUncut(field)) return measure(shownText(field, sample))
  return isName ? 240 : 160
}

const widestChoice = (field: ClientField): number =>
  Math.max(0, ...(field.options.choices ?? []).map(({ value }) => measure(shownText(field, value)))) + DOT_PX

/**
 * Learn from rows that came.
 * @param columns first is the name
 * @returns whether a column needs another width than before
 */
export function learnWidths(
  entity: string,
  columns: readonly { path: string; field: ClientField }[],
  rows: readonly WireRecord[],
): boolean {
  const changes = columns.map(({ path, field }, index) => learn(entity, path, field, index === 0, rows))
  return changes.includes(true)
}

function learn(
  entity: string,
  path: string,
  field: ClientField,
  isName: boolean,
  rows: readonly WireRecord[],
): boolean {
  const texts = rows.map((record) => shownText(field, valueAt(record, path))).filter((one) => one !== '')
  if (texts.length === 0) return false
  // The longest texts are the widest ones, or nearly: a handful is measured instead of all.
  const longest = texts.toSorted((a, b) => b.length - a.length).slice(0, 5)
  const widest = Math.max(...longest.map((one) => measure(one, isName))) + (field.widget === 'choice' ? DOT_PX : 0)
  const limit = isUncut(field)
    ? Number.POSITIVE_INFINITY
    : isName
      ? NAME_LIMIT_PX
      : (LIMITS[field.widget] ?? TEXT_LIMIT_PX)
  const floor = isUncut(field) ? firstGuess(field, false) : 0
  const key = keyOf(entity, path)
  const before = needed.get(key)
  const next = Math.ceil(Math.max(floor, Math.min(widest, limit), before ?? 0))
  needed.set(key, next)
  return next !== before
}

const context = document.createElement('canvas').getContext('2d')
/** Digits are all as wide as a zero in cells of numbers; elsewhere that is close enough. */
function measure(text: string, isStrong = false): number {
  if (!context) return text.length * 8
  context.font = `${isStrong ? 500 : 400} ${fontOfPage()}`
  return context.measureText(text.replace(/\d/g, '0')).width
}

let font = ''
/** Size and family; read once, because reading a style makes the browser work out the whole page. */
function fontOfPage(): string {
  if (font === '') {
    const { fontSize, fontFamily } = getComputedStyle(document.body)
    font = `${fontSize} ${fontFamily}`
  }
  return font
}
