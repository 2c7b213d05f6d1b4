// One CSV cell to the value that travels, or the reason why not. Pure. Whether the value suits the field (an option that
// exists, a length, a range) is for the server to say.
import type { WireValue } from '../../wire/records.ts'
import type { Column } from './mapping.ts'

export type Cell = { ok: true; value: WireValue } | { ok: false; message: string }

export function readCell(text: string, column: Column): Cell {
  const trimmed = text.trim()
  if (trimmed === '') return { ok: true, value: null }
  switch (column.type) {
    case 'number':
      return isDecimal(trimmed) ? { ok: true, value: Number(trimmed) } : refuse(trimmed, 'a number')
    case 'decimal':
      return isDecimal(trimmed) ? { ok: true, value: trimmed } : refuse(trimmed, 'a number')
    case 'boolean':
      return readBoolean(trimmed)
    case 'date':
      return readDate(trimmed, column.format ?? 'Y-m-d')
    case 'money':
      return readMoney(trimmed, column.currency)
    default:
      return { ok: true, value: trimmed }
  }
}

const refuse = (text: string, expected: string): Cell => ({ ok: false, message: `“${text}” is not ${expected}` })
const isDecimal = (text: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text)

function readBoolean(text: string): Cell {
  if (/^(true|yes|y|1)$/i.test(text)) return { ok: true, value: true }
  if (/^(false|no|n|0)$/i.test(text)) return { ok: true, value: false }
  return refuse(text, 'yes or no')
}

function readMoney(text: string, currency: string | undefined): Cell {
  const match = /^([A-Z]{3})?\s*([+-]?[\d.]+)\s*([A-Z]{3})?$/.exec(text)
  const amount = match?.[2] ?? ''
  const unit = match?.[1] ?? match?.[3] ?? currency
  if (!isDecimal(amount)) return refuse(text, 'an amount')
  return unit === undefined
    ? { ok: false, message: `“${text}” has no currency` }
    : { ok: true, value: { amount, currency: unit } }
}

/** `m`, `d`, `Y` in the order and with the signs of the format; months and days with or without a leading zero. */
export function readDate(text: string, format: string): Cell {
  const order: string[] = []
  const source = format.replace(/[mdY]|[^A-Za-z]/g, (sign) => {
    if (!/[mdY]/.test(sign)) return `\\${sign}`
    order.push(sign)
    return sign === 'Y' ? '(\\d{4})' : '(\\d{1,2})'
  })
  const match = new RegExp(`^${source}$`).exec(text)
  if (!match) return refuse(text, `a date like ${format}`)
  const part = (sign: string) => Number(match[order.indexOf(sign) + 1])
  const [year, month, day] = [part('Y'), part('m'), part('d')]
  const date = new Date(Date.UTC(year, month - 1, day))
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists
    ? { ok: true, value: date.toISOString().slice(0, 10) }
    : refuse(text, `a day of the calendar (${format})`)
}
