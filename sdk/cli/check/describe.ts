// A fault of TypeBox in the words of a person who writes metadata.
import { type TSchema, type TUnion, TypeGuard } from '@sinclair/typebox'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/value'
import type { Problem } from '../../errors.ts'
import { nearest } from '../../metadata/nearest.ts'

export function describeFault(error: ValueError): Problem {
  const { path, schema } = error
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  const name = path.slice(parent.length + 1)
  if (error.type === ValueErrorType.ObjectRequiredProperty) {
    return { path: parent, key: 'missing_member', message: `“${name}” is missing` }
  }
  if (error.type === ValueErrorType.ObjectAdditionalProperties) {
    const known = TypeGuard.IsObject(schema) ? Object.keys(schema.properties) : []
    return { path, key: 'unknown_member', message: `“${name}” is not known here`, ...hint(name, known) }
  }
  const allowed = literalsOf(schema)
  if (allowed.length > 0) {
    const message = `must be one of: ${allowed.join(', ')}`
    return { path, key: 'shape', message, ...(typeof error.value === 'string' ? hint(error.value, allowed) : {}) }
  }
  return { path, key: 'shape', message: `must be ${schema.description ?? expected(schema)}` }
}

function expected(schema: TSchema): string {
  if (TypeGuard.IsUnion(schema)) return [...new Set(schema.anyOf.map(expected))].join(' or ')
  if (TypeGuard.IsRecord(schema)) return 'an object with one text for each language'
  if (TypeGuard.IsString(schema)) return schema.pattern === undefined ? 'a text' : `a text like ${schema.pattern}`
  if (TypeGuard.IsArray(schema))
    return schema.minItems === undefined ? 'a list' : `a list of ${schema.minItems} or more`
  if (TypeGuard.IsNumber(schema) || TypeGuard.IsInteger(schema)) return `a ${range(schema)}number`
  if (TypeGuard.IsBoolean(schema)) return 'true or false'
  return TypeGuard.IsObject(schema) ? 'an object' : 'another value'
}

function range({ type, minimum, maximum }: TSchema): string {
  const whole = type === 'integer' ? 'whole ' : ''
  return minimum === undefined && maximum === undefined ? whole : `${whole}(${minimum ?? ''}–${maximum ?? ''}) `
}

/** “Did you mean”, or all there is when nothing is near. */
export function hint(name: string, known: readonly string[]): { hint?: string } {
  const near = nearest(name, known)
  if (near !== undefined) return { hint: `Did you mean “${near}”?` }
  return known.length > 0 ? { hint: `Known here: ${known.join(', ')}.` } : {}
}

function literalsOf(schema: TSchema): string[] {
  if (TypeGuard.IsLiteral(schema)) return [String(schema.const)]
  return TypeGuard.IsUnion(schema) && isOfLiterals(schema) ? schema.anyOf.flatMap(literalsOf) : []
}

const isOfLiterals = (union: TUnion): boolean => union.anyOf.every((one) => TypeGuard.IsLiteral(one))
