// A day, without time or zone.
import { Type } from '@sinclair/typebox'
import { tooLarge, tooSmall } from './bounds.ts'
import { isDay } from './calendar.ts'
import { formatDay } from './intl.ts'
import { refuse, stored } from './parsed.ts'
import type { FieldType } from './types.ts'

const Day = Type.String({ format: 'date', description: 'YYYY-MM-DD' })
const BoundDay = Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD' }))

export const date: FieldType = {
  name: 'date',
  properties: { min: BoundDay, max: BoundDay },
  parts: () => [{ key: '', sqlType: 'date', ruleType: { kind: 'date' } }],
  widget: 'date',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Day,
  parse(value, { options: { min, max } }) {
    if (typeof value !== 'string' || value.length > 100)
      return refuse('not_a_date', 'must be a date such as 2026-01-31')
    const day = value.trim()
    if (day === '') return stored(null)
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return refuse('not_a_date', 'must be a date such as 2026-01-31')
    if (!isDay(day)) return refuse('no_such_day', 'is no day of the calendar')
    if (typeof min === 'string' && day < min) return tooSmall(min)
    if (typeof max === 'string' && day > max) return tooLarge(max)
    return stored(day)
  },
  check({ min, max }) {
    const problems = []
    for (const [member, bound] of [['min', min] as const, ['max', max] as const])
      if (bound !== undefined && !isDay(String(bound)))
        problems.push({ path: `/${member}`, message: 'is no day of the calendar' })
    if (min !== undefined && max !== undefined && String(min) > String(max))
      problems.push({ path: '/min', message: 'must not be after max' })
    return problems
  },
  format: (value, _field, { locale }) => formatDay(value, locale),
}
