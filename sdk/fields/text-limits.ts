// `min_length` and `max_length` of text and long text, `pattern` of text.
import { type TSchema, Type } from '@sinclair/typebox'
import { refuse, stored } from './parsed.ts'
import { checkPattern, matchesPattern } from './pattern.ts'
import { countCharacters, readText, type TextLimits, unfitForIndex } from './plain-text.ts'
import type { FieldShape, Parsed, ValueOptions } from './types.ts'

export const lengthProperties = (max: number) => ({
  min_length: Type.Optional(Type.Integer({ minimum: 0, maximum: max })),
  max_length: Type.Optional(Type.Integer({ minimum: 1, maximum: max })),
})

export function textSchema({ minLength, maxLength, pattern }: ValueOptions, max: number): TSchema {
  return Type.String({
    ...(minLength === undefined ? {} : { minLength }),
    maxLength: maxLength ?? max,
    ...(pattern === undefined ? {} : { pattern }),
  })
}

export function parseText(value: unknown, field: FieldShape, limits: TextLimits): Parsed {
  const { minLength, maxLength, pattern } = field.options
  const read = readText(value, { ...limits, max: Math.min(maxLength ?? limits.max, limits.max) })
  if (!read.ok) return read
  if (read.text === '') return stored(null)
  if (minLength !== undefined && countCharacters(read.text) < minLength)
    return refuse('too_short', `must have at least ${minLength} characters`, { min: minLength })
  if (pattern !== undefined && !matchesPattern(pattern, read.text))
    return refuse('wrong_form', `does not have the form asked for (${pattern})`, { pattern })
  return unfitForIndex(read.text, field) ?? stored(read.text)
}

export function checkLengths({ minLength, maxLength, pattern }: ValueOptions): { path: string; message: string }[] {
  const problems = []
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    problems.push({ path: '/minLength', message: 'must not be above max_length' })
  const fault = pattern === undefined ? undefined : checkPattern(pattern)
  if (fault !== undefined) problems.push({ path: '/pattern', message: fault })
  return problems
}
