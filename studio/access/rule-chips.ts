// From a rule back to the chips of a filter, where a filter could have made it: candidates are turned into rules, and the
// one that gives the same rule is it. What no chip can say is left to JSON.
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { meta } from '../app/meta.ts'
import { timeZone } from '../app/session.ts'
import { filterOperators, filterRule } from '../fields/index.ts'
import { PERIOD_NAMES, SPAN_UNITS } from '../fields/filter-times.ts'
import { wallTime } from '../fields/zoned-time.ts'
import type { Chip } from '../list/state.ts'

const DAY_MS = 86_400_000

/** undefined: no filter says this. */
export function chipsOf(entity: ClientEntity, rule: unknown): readonly Chip[] | undefined {
  const whole = chipOf(entity, rule)
  if (whole) return [whole]
  const parts = partsOf(rule)
  const chips = parts?.flatMap((part) => chipOf(entity, part) ?? [])
  return chips && chips.length === parts?.length ? chips : undefined
}

function partsOf(rule: unknown): readonly unknown[] | undefined {
  if (!isObject(rule) || !Array.isArray(rule['and'])) return undefined
  return Object.keys(rule).length === 1 ? rule['and'] : undefined
}

function chipOf(entity: ClientEntity, rule: unknown): Chip | undefined {
  const { paths, values } = leavesOf(rule)
  const wanted = JSON.stringify(rule)
  for (const path of pathsOf(paths)) {
    const field = meta.field(entity.name, path)
    const operators = field ? filterOperators(field) : []
    for (const { name: operator, needsValue } of operators) {
      const value = (needsValue ? candidates(values) : [null]).find((one) => isSame(field, operator, one, path, wanted))
      if (value !== undefined) return { path, operator, value }
    }
  }
  return undefined
}

function isSame(field: ClientField | undefined, operator: string, value: WireValue, path: string, wanted: string) {
  return field !== undefined && JSON.stringify(filterRule(field, operator, value, path)) === wanted
}

/** Parts of values are read by a longer path than the field's. */
const pathsOf = (paths: ReadonlySet<string>): string[] => [
  ...new Set([...paths].flatMap((path) => [path, path.split('.').slice(0, -1).join('.')])),
]

function leavesOf(rule: unknown): { paths: Set<string>; values: (string | number)[] } {
  const paths = new Set<string>()
  const values: (string | number)[] = []
  const visit = (node: unknown): void => {
    if (typeof node === 'string' || typeof node === 'number') values.push(node)
    else if (Array.isArray(node)) for (const one of node) visit(one)
    else if (isObject(node) && typeof node['var'] === 'string') paths.add(node['var'])
    else if (isObject(node)) for (const one of Object.values(node)) visit(one)
  }
  visit(rule)
  return { paths, values }
}

/** What a person may have entered for these constants: one of them, all, the ends of a range, the days of instants. */
function candidates(values: readonly (string | number)[]): readonly WireValue[] {
  const texts = [...new Set(values.map(String))]
  const days = texts.flatMap(daysOf)
  const ends = days.length > 0 ? days : texts
  const ranges = ends.flatMap((from) => ends.map((to) => [from, to]))
  const open = ends.flatMap((end) => [
    [end, null],
    [null, end],
  ])
  const spans = texts.flatMap((count) => SPAN_UNITS.map((unit) => [count, unit]))
  return [...texts, ...days, texts, ...ranges, ...open, ...PERIOD_NAMES, ...spans]
}

/** The day in the reader's zone, and the one before: `until` is written as the beginning of the next day. */
function daysOf(text: string): string[] {
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return []
  const before = new Date(Date.parse(text) - DAY_MS / 2).toISOString()
  return [wallTime(text, timeZone()).slice(0, 10), wallTime(before, timeZone()).slice(0, 10)]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
