// One field as an author wrote it → what its type is made of. Names in it are qualified by the package that wrote it.
import { textFor } from '../../fields/label.ts'
import { FIELD_TYPES } from '../../fields/index.ts'
import type { ValueOptions } from '../../fields/types.ts'
import type { Option, Text } from '../../metadata/source.ts'
import type { TypedField } from './model.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * @param values layers merged @param home qualified entity, for a parent that says nothing of its target
 * @param isOwn of the package whose code is typed: what is read only to everybody else, it writes
 */
export function typedField(name: string, values: Members, home: string, isOwn = false): TypedField | undefined {
  const type = String(values['type'])
  const known = Object.hasOwn(FIELD_TYPES, type) ? FIELD_TYPES[type] : undefined
  if (!known) return undefined
  const isSet = values['computed'] !== undefined || (values['read_only'] === true && !isOwn)
  const help = labelOf(values['help'])
  return {
    name,
    type,
    label: labelOf(values['label']) ?? humanise(name),
    ...(help === undefined ? {} : { help }),
    required: values['required'] === true,
    hasDefault: values['default'] !== undefined && values['default'] !== null,
    isWritable: known.isWritable && !isSet,
    options: optionsOf(type, values, home),
  }
}

function optionsOf(type: string, values: Members, home: string): ValueOptions {
  const { zoned, integer, currencies, options, options_from: from, rollup, rule } = values
  return {
    ...(zoned === true ? { zoned } : {}),
    ...(integer === true ? { integer } : {}),
    ...(isTexts(currencies) ? { currencies } : {}),
    ...(Array.isArray(options) ? { choices: options.filter(isOption) } : {}),
    ...(from === 'roles' || from === 'relationship_types' || from === 'entities' ? { optionsFrom: from } : {}),
    ...(rule === undefined ? {} : { rule }),
    ...(isRollup(rollup) ? { rollup } : {}),
    ...targets(type, values['to'], home),
  }
}

const FIXED: Readonly<Record<string, string>> = { user: 'system.user', file: 'system.file' }

function targets(type: string, to: unknown, home: string): { to?: readonly string[] } {
  const fixed = Object.hasOwn(FIXED, type) ? FIXED[type] : undefined
  if (fixed !== undefined) return { to: [fixed] }
  if (typeof to === 'string') return { to: [to] }
  if (isTexts(to)) return { to }
  return type === 'parent' ? { to: [home] } : {}
}

export function labelOf(text: unknown): string | undefined {
  return isText(text) ? textFor(text, 'en') : undefined
}

/** `sales_order` → `Sales order`. */
export function humanise(name: string): string {
  const words = name.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is Text =>
  typeof value === 'string' || (isRecord(value) && Object.values(value).every((one) => typeof one === 'string'))
export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
const isOption = (value: unknown): value is Option =>
  isRecord(value) && typeof value['value'] === 'string' && value['removed'] !== true
/** As written, `over` leading to its records. */
const isRollup = (value: unknown): value is { aggregate: string; over: string; field?: string } =>
  isRecord(value) && typeof value['aggregate'] === 'string' && typeof value['over'] === 'string'
