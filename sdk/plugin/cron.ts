// Whether a schedule can be read, before anybody waits for it: five fields of cron, as pg-boss understands them.

interface CronField {
  name: string
  min: number
  max: number
  /** In place of numbers, from `min` on. */
  names?: readonly string[]
}
const FIELDS: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of the week', min: 0, max: 7, names: 'sun mon tue wed thu fri sat'.split(' ') },
]

/** @returns what is wrong with it, as the end of a sentence; undefined: nothing */
export function cronFault(text: string): string | undefined {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== FIELDS.length)
    return `must have five parts (minute hour day month weekday), such as “0 2 * * *”, not ${parts.length}`
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? ''
    if (!part.split(',').every((item) => isItem(item.toLowerCase(), field)))
      return `has “${part}” as ${field.name}, which must lie within ${field.min}–${field.max}`
  }
  return undefined
}

/** `*`, `5`, `1-5`, each perhaps with a step behind it. */
function isItem(item: string, field: CronField): boolean {
  const [range = '', step, ...more] = item.split('/')
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d{0,2}$/.test(step))) return false
  if (range === '*') return true
  const [from, to, ...rest] = range.split('-').map((text) => numberOf(text, field))
  if (rest.length > 0 || from === undefined || (range.includes('-') && to === undefined)) return false
  return to === undefined || from <= to
}

function numberOf(text: string, { min, max, names = [] }: CronField): number | undefined {
  const named = names.indexOf(text)
  const value = named >= 0 ? named + min : /^\d{1,2}$/.test(text) ? Number(text) : -1
  return value >= min && value <= max ? value : undefined
}

/** IANA, as this machine knows them. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}
