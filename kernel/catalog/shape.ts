// The shape check of one metadata file against its TypeBox schema. Every fault is reported; what is faulty is then
// left out, so that the rest of the file still takes part and a misspelt colour does not hide a missing field.
import type { TSchema } from '@sinclair/typebox'
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value'
import { lastOf, parentOf, pointer, pointerSegments } from '../../sdk/metadata/pointer.ts'
import { shapeFault } from '../../sdk/metadata/shape-fault.ts'
import type { Place, Problems } from './problems.ts'
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
      const place = root ?? { package: '', file: '', path: '' }
      for (const error of errors) problems.error(place, 'shape', shapeFault(error).message)
      return false
    }
    for (const error of errors) report(error, value, reported, trace, problems)
    if (!prune(value, errors.map(faultyPath))) return false
  }
  return false
}

function report(error: ValueError, root: object, reported: Set<string>, trace: Trace, problems: Problems): void {
  const { path, key, message, hint } = shapeFault(error)
  const place = trace.locate(root, path)
  const exact = key === 'missing_member' ? pointer(place.path, lastOf(error.path)) : place.path
  const identity = `${place.package}\n${place.file}\n${exact}`
  if (reported.has(identity)) return
  reported.add(identity)
  problems.error(place, key, message, { hint })
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
