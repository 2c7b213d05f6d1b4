// One CSV cell to the value that travels, or the reason why not. Pure. The texts of each type are read by sdk/fields;
// what only files of other systems have is here: forms of dates, and currencies that go without saying. Whether the
// value suits the field (an option that exists, a length, a range) is for the server to say.
import { isDay } from '../../fields/calendar.ts'
import { fieldType } from '../../fields/index.ts'
import { MAX_SCALE } from '../../fields/exact-number.ts'
import { membersOf } from '../../fields/parsed.ts'
import { decimal } from '../../plugin/decimal.ts'
import type { Column } from './mapping.ts'

export type Cell = { ok: true; value: unknown } | { ok: false; message: string }

export function readCell(text: string, column: Column): Cell {
  const trimmed = text.trim()
  if (trimmed === '') return { ok: true, value: null }
  if (column.type === undefined || column.type === 'text') return { ok: true, value: trimmed }
  if (column.type === 'date' && column.format !== undefined) return readDate(trimmed, column.format)
  const type = fieldType(column.type)
  const options = column.type === 'money' ? { scale: MAX_SCALE } : {}
  const shape = { name: column.field, type: column.type, options }
  const read = withCurrency(type.fromText ? type.fromText(trimmed, shape) : trimmed, column.currency)
  const value = column.times === undefined ? read : multiplied(read, column.times)
  const parsed = type.parse(value, shape)
  return parsed.ok ? { ok: true, value } : refuse(trimmed, parsed.message)
}

const refuse = (text: string, message: string): Cell => ({ ok: false, message: `${message} (“${text}”)` })

/** What cannot be multiplied is left for its type to refuse. */
function multiplied(value: unknown, times: string): unknown {
  const members = membersOf(value)
  if (members) return { ...members, amount: multiplied(members['amount'], times) }
  const isDecimal = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
  if (typeof value === 'number') return Number(decimal.multiply(value, times))
  return isDecimal ? decimal.multiply(value, times) : value
}

/** Amounts that name none are in the currency of the mapping. */
function withCurrency(value: unknown, currency: string | undefined): unknown {
  const members = currency === undefined ? undefined : membersOf(value)
  return members ? { currency, ...members } : value
}

/**
 * `m`, `d`, `Y` in the order and with the signs of the format; months and days with or without a leading zero. A format
 * without day or month means the first.
 */
export function readDate(text: string, format: string): Cell {
  const order: string[] = []
  const source = format.replace(/[mdY]|[^A-Za-z]/g, (sign) => {
    if (!/[mdY]/.test(sign)) return `\\${sign}`
    order.push(sign)
    return sign === 'Y' ? '(\\d{4})' : '(\\d{1,2})'
  })
  const match = new RegExp(`^${source}$`).exec(text)
  if (!match) return refuse(text, `must be a date like ${format}`)
  const part = (sign: string) => (order.includes(sign) ? (match[order.indexOf(sign) + 1] ?? '') : '1').padStart(2, '0')
  const day = `${part('Y')}-${part('m')}-${part('d')}`
  return isDay(day) ? { ok: true, value: day } : refuse(text, 'is no day of the calendar')
}
