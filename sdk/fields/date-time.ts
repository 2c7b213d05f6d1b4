// An instant; with `zoned` also the time zone in which it was meant.
import { type TSchema, Type } from '@sinclair/typebox'
import { tooLarge, tooSmall } from './bounds.ts'
import { readInstant, sortableInstant } from './calendar.ts'
import { formatInstant } from './intl.ts'
import { membersOf, refuse, stored, unknownMember } from './parsed.ts'
import { readTimeZone } from './time-zones.ts'
import type { FieldType, Parsed, Refusal, ValueOptions } from './types.ts'

const Instant = Type.String({ format: 'date-time', description: 'ISO 8601 with Z or an offset' })
const BoundInstant = Type.Optional(Type.String({ description: 'ISO 8601 with Z or an offset' }))
/** `2026-03-29T10:00+02:00[Europe/Berlin]` (RFC 9557), or with a space before the zone. */
const ZONED_TEXT = /^(.*?)\s*\[?([A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+|UTC)\]?$/

export const dateTime: FieldType = {
  name: 'date_time',
  properties: { zoned: Type.Optional(Type.Boolean()), min: BoundInstant, max: BoundInstant },
  parts: ({ zoned }) =>
    zoned
      ? [
          { key: 'at', sqlType: 'timestamptz', ruleType: { kind: 'instant' } },
          { key: 'zone', sqlType: 'text', ruleType: { kind: 'text' } },
        ]
      : [{ key: '', sqlType: 'timestamptz', ruleType: { kind: 'instant' } }],
  widget: 'datetime',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  orderPart: ({ zoned }) => (zoned ? 'at' : ''),
  canBeUnique: true,
  wireSchema: ({ options }): TSchema =>
    options.zoned
      ? Type.Object(
          { at: Instant, zone: Type.String({ description: 'IANA name, such as Europe/Berlin' }) },
          { additionalProperties: false },
        )
      : Instant,
  parse(value, { options }) {
    if (options.zoned) return parseZoned(value, options)
    const at = parseInstant(value, options)
    return at.ok ? stored(at.text) : at
  },
  fromText(text, { options }) {
    if (!options.zoned) return text
    const [, at, zone] = ZONED_TEXT.exec(text.trim().slice(0, 200)) ?? []
    return at === undefined ? text : { at, zone }
  },
  check({ min, max }) {
    const read = [['min', min] as const, ['max', max] as const].map(([member, bound]) => ({
      member,
      at: bound === undefined ? undefined : readInstant(String(bound)),
    }))
    const problems = read
      .filter(({ at }) => at?.ok === false)
      .map(({ member }) => ({ path: `/${member}`, message: 'must be a date and time such as 2026-01-31T10:00:00Z' }))
    const [low, high] = read.map(({ at }) => (at?.ok ? sortableInstant(at.text) : undefined))
    if (low !== undefined && high !== undefined && low > high)
      problems.push({ path: '/min', message: 'must not be after max' })
    return problems
  },
  format(value, _field, { locale, timeZone }) {
    const members = membersOf(value)
    return members
      ? formatInstant(members['at'], locale, String(members['zone'] ?? timeZone), true)
      : formatInstant(value, locale, timeZone, false)
  },
}

function parseZoned(value: unknown, options: ValueOptions): Parsed {
  const members = membersOf(value)
  if (!members)
    return refuse('not_zoned', 'must have a time and a time zone: {"at":"2026-01-31T10:00:00Z","zone":"Europe/Berlin"}')
  const strange = unknownMember(members, ['at', 'zone'])
  if (strange) return strange
  const at = parseInstant(members['at'] ?? '', options)
  if (!at.ok) return at
  // A zone alone says nothing: a form may bring the person's own before any time is chosen.
  if (at.text === '') return { ok: true, parts: { at: null, zone: null } }
  const zone = readTimeZone(members['zone'])
  if (zone === undefined) return refuse('no_such_zone', 'needs a time zone such as Europe/Berlin')
  return { ok: true, parts: { at: at.text, zone } }
}

const REASONS = {
  form: ['not_an_instant', 'must be a date and time such as 2026-01-31T10:00:00Z'],
  offset: ['no_offset', 'needs Z or an offset such as +02:00 after the time'],
  digits: ['too_many_places', 'may have at most 6 digits after the second'],
  range: ['out_of_range', 'must be between the years 1 and 9999'],
} as const

function parseInstant(value: unknown, { min, max }: ValueOptions): { ok: true; text: string } | Refusal {
  if (typeof value !== 'string' || value.length > 100) return refuse(...REASONS.form)
  const written = value.trim()
  if (written === '') return { ok: true, text: '' }
  const read = readInstant(written)
  if (!read.ok) return refuse(REASONS[read.why][0], REASONS[read.why][1])
  const [low, high] = [min, max].map((bound) => (bound === undefined ? undefined : readInstant(String(bound))))
  const at = sortableInstant(read.text)
  if (low?.ok && at < sortableInstant(low.text)) return tooSmall(low.text)
  if (high?.ok && at > sortableInstant(high.text)) return tooLarge(high.text)
  return { ok: true, text: read.text }
}
