// A fault that TypeBox finds in a metadata file, in the words of a person who writes metadata: the same on the command
// line and on the server.
import type { TSchema } from '@sinclair/typebox'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/value'
import type { Problem } from '../errors.ts'
import { didYouMean, nearest } from './nearest.ts'
import { lastOf, parentOf } from './pointer.ts'

export interface ShapeFault extends Pick<Problem, 'path' | 'message'> {
  key: 'missing_member' | 'unknown_member' | 'shape'
  hint?: string
}

/** `path` of a missing member is that of the object that misses it. */
export function shapeFault({ type, path, schema, value }: ValueError): ShapeFault {
  if (type === ValueErrorType.ObjectRequiredProperty) {
    return { path: parentOf(path), key: 'missing_member', message: `“${lastOf(path)}” is missing` }
  }
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const properties: unknown = schema['properties']
    const known = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
    const member = lastOf(path)
    return { path, key: 'unknown_member', message: `“${member}” is not known here`, ...hintAmong(member, known) }
  }
  const near = typeof value === 'string' ? didYouMean(nearest(value, literalsOf(schema))) : undefined
  return { path, key: 'shape', message: describe(type, schema), ...(near === undefined ? {} : { hint: near }) }
}

/** “Did you mean”, or all there is when nothing is near. */
export function hintAmong(name: string, known: readonly string[]): { hint?: string } {
  const near = didYouMean(nearest(name, known))
  if (near !== undefined) return { hint: near }
  return known.length > 0 ? { hint: `Known here: ${known.join(', ')}.` } : {}
}

function describe(type: ValueErrorType, schema: TSchema): string {
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

function literalsOf(schema: TSchema): string[] {
  if (schema['const'] !== undefined) return [String(schema['const'])]
  const anyOf: unknown = schema['anyOf']
  if (!Array.isArray(anyOf)) return []
  const each = anyOf.map((one: TSchema) => one['const'])
  return each.every((value) => value !== undefined) ? each.map(String) : []
}
