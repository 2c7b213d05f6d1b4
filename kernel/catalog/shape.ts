// The shape check of one metadata file against its TypeBox schema. Every fault is reported; what is faulty is then
// left out, so that the rest of the file still takes part and a misspelt colour does not hide a missing field.
import type { TSchema } from '@sinclair/typebox'
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value'
import { nearest } from '../../sdk/metadata/nearest.ts'
import { didYouMean, type Place, pointer, pointerSegments, type Problems } from './problems.ts'
import { isObject, isRecord, type Trace } from './trace.ts'

/** Deeper than any form or rule that a person writes; keeps recursion bounded on hostile input. */
const MAX_DEPTH = 100
const MAX_ROUNDS = 100

/** A copy of parsed JSON whose objects the trace knows; undefined (and a problem) for what is not JSON. */
export function copyTraced(value: unknown, place: Place, trace: Trace, problems: Problems, depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    problems.error(place, 'too_deep', `is nested deeper than ${MAX_DEPTH} levels`)
    return undefined
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const at = (member: string | number): Place => ({ ...place, path: pointer(place.path, member) })
  if (Array.isArray(value)) {
    const copy = value.map((item: unknown, index) => copyTraced(item, at(index), trace, problems, depth + 1))
    const whole = copy.filter((item) => item !== undefined)
    trace.put(whole, place)
    return whole
  }
  if (isRecord(value)) {
    const entries: [string, unknown][] = []
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') problems.error(at(key), 'unknown_member', 'the name “__proto__” is not allowed')
      else entries.push([key, copyTraced(item, at(key), trace, problems, depth + 1)])
    }
    const copy = Object.fromEntries(entries.filter(([, item]) => item !== undefined))
    trace.put(copy, place)
    return copy
  }
  problems.error(place, 'not_json', 'is not a JSON value')
  return undefined
}

/**
 * Check `value` and take the faulty parts out of it, in place.
 * @returns false when nothing usable is left
 */
export function checkShape(schema: TSchema, value: unknown, trace: Trace, problems: Problems, root?: Place): boolean {
  const reported = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const errors = [...Value.Errors(schema, value)]
    if (errors.length === 0) return true
    if (!isObject(value)) {
      for (const error of errors) problems.error(root ?? { package: '', file: '', path: '' }, 'shape', describe(error))
      return false
    }
    for (const error of errors) report(error, value, reported, trace, problems)
    if (!prune(value, errors.map(faultyPath))) return false
  }
  return false
}

function report(error: ValueError, root: object, reported: Set<string>, trace: Trace, problems: Problems): void {
  const isMissing = error.type === ValueErrorType.ObjectRequiredProperty
  const place = trace.locate(root, isMissing ? parentOf(error.path) : error.path)
  const exact = isMissing ? pointer(place.path, lastOf(error.path)) : place.path
  const identity = `${place.package}\n${place.file}\n${exact}`
  if (reported.has(identity)) return
  reported.add(identity)
  if (error.type === ValueErrorType.ObjectAdditionalProperties) {
    const known = Object.keys(isRecord(error.schema['properties']) ? error.schema['properties'] : {})
    const member = lastOf(error.path)
    const hint =
      didYouMean(nearest(member, known)) ?? (known.length > 0 ? `Known here: ${known.join(', ')}.` : undefined)
    problems.error(place, 'unknown_member', `“${member}” is not known here`, { hint })
    return
  }
  problems.error(
    place,
    isMissing ? 'missing_member' : 'shape',
    isMissing ? `“${lastOf(error.path)}” is missing` : describe(error),
    {
      hint: isMissing ? undefined : hintOf(error),
    },
  )
}

/** The part to leave out: an object that misses a required member goes as a whole. */
function faultyPath(error: ValueError): string {
  return error.type === ValueErrorType.ObjectRequiredProperty ? parentOf(error.path) : error.path
}

/** Remove the values at these paths; false when the root itself is among them. */
function prune(root: object, paths: readonly string[]): boolean {
  const holes = new Map<unknown[], Set<number>>()
  for (const path of paths) {
    if (path === '') return false
    const holder = valueAt(root, parentOf(path))
    const key = lastOf(path)
    if (Array.isArray(holder)) holes.set(holder, (holes.get(holder) ?? new Set()).add(Number(key)))
    else if (isRecord(holder)) delete holder[key]
  }
  for (const [list, indexes] of holes) for (const index of [...indexes].sort((a, b) => b - a)) list.splice(index, 1)
  return true
}

function valueAt(root: unknown, path: string): unknown {
  let current: unknown = root
  for (const segment of pointerSegments(path)) {
    if (!isObject(current) || !Object.hasOwn(current, segment)) return undefined
    current = Object.entries(current).find(([key]) => key === segment)?.[1]
  }
  return current
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
const lastOf = (path: string): string => pointerSegments(path).at(-1) ?? ''

/** What is wrong, in the words of a person who writes metadata. */
function describe({ type, schema }: ValueError): string {
  const literals = literalsOf(schema)
  if (literals.length > 0) return `must be one of: ${literals.join(', ')}`
  switch (type) {
    case ValueErrorType.StringPattern:
      return `does not have the right form${schema['description'] ? ` (${String(schema['description'])})` : `: ${String(schema['pattern'])}`}`
    case ValueErrorType.StringMinLength:
      return 'is too short'
    case ValueErrorType.StringMaxLength:
      return `is longer than ${String(schema['maxLength'])} characters`
    case ValueErrorType.ArrayMinItems:
      return `needs at least ${String(schema['minItems'])} item`
    case ValueErrorType.ArrayMaxItems:
      return `may have at most ${String(schema['maxItems'])} items`
    case ValueErrorType.NumberMinimum:
    case ValueErrorType.IntegerMinimum:
      return `must be at least ${String(schema['minimum'])}`
    case ValueErrorType.NumberMaximum:
    case ValueErrorType.IntegerMaximum:
      return `must be at most ${String(schema['maximum'])}`
    default:
      return `must be ${expected(schema)}`
  }
}

function expected(schema: TSchema): string {
  const anyOf: unknown = schema['anyOf']
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map((one: TSchema) => expected(one)))].join(' or ')
  switch (schema['type']) {
    case 'string':
      return 'a text'
    case 'number':
      return 'a number'
    case 'integer':
      return 'a whole number'
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'object':
      return schema['patternProperties'] ? 'an object with one text per language' : 'an object'
    default:
      return 'a valid value'
  }
}

function hintOf({ schema, value }: ValueError): string | undefined {
  return typeof value === 'string' ? didYouMean(nearest(value, literalsOf(schema))) : undefined
}

function literalsOf(schema: TSchema): string[] {
  if (schema['const'] !== undefined) return [String(schema['const'])]
  const anyOf: unknown = schema['anyOf']
  if (!Array.isArray(anyOf)) return []
  const each = anyOf.map((one: TSchema) => one['const'])
  return each.every((value) => value !== undefined) ? each.map(String) : []
}
