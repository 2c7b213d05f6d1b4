// What a rule's path says in a record as it travels: `amount.currency`, `name.family`, `employer`.
import type { RuleValue } from '../rules/types.ts'
import type { WireValue } from './records.ts'

/** References that were expanded stand for their ids. What the record does not hold is null. */
export function readPath(record: Readonly<Record<string, WireValue>>, path: string): RuleValue {
  const [name = '', part] = path.split('.')
  const value: WireValue = record[name] ?? null
  if (isObject(value)) return value[part ?? 'id'] ?? null
  return part === undefined ? value : null
}

const isObject = (value: WireValue): value is { readonly [key: string]: WireValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
