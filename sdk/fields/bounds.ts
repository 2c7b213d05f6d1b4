// `min` and `max` of numbers and decimals: the check of a value, and the check of the options themselves.
import { Type } from '@sinclair/typebox'
import { compareDecimals, MAX_SCALE, readDecimal } from './exact-number.ts'
import { refuse } from './parsed.ts'
import type { Refusal, ValueOptions } from './types.ts'

const Bound = Type.Union([Type.String({ pattern: '^[+-]?\\d+(\\.\\d+)?$' }), Type.Number()])
/** Metadata members of exact numbers. */
export const decimalProperties = {
  min: Type.Optional(Bound),
  max: Type.Optional(Bound),
  scale: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_SCALE, description: 'digits after the point' })),
}

type OptionProblems = { path: string; message: string }[]

/** @param text as `readDecimal` gives it */
export function outsideBounds(text: string, { min, max }: ValueOptions): Refusal | undefined {
  const [low, high] = [boundOf(min), boundOf(max)]
  if (low !== undefined && compareDecimals(text, low) < 0) return tooSmall(low)
  if (high !== undefined && compareDecimals(text, high) > 0) return tooLarge(high)
  return undefined
}

export const tooSmall = (min: string | number): Refusal => refuse('too_small', `must be at least ${min}`, { min })
export const tooLarge = (max: string | number): Refusal => refuse('too_large', `must be at most ${max}`, { max })

function boundOf(bound: string | number | undefined): string | undefined {
  if (bound === undefined) return undefined
  const read = readDecimal(bound, undefined)
  return read.ok ? read.text : undefined
}

export function checkBounds({ min, max, scale }: ValueOptions): OptionProblems {
  const problems: OptionProblems = []
  for (const [member, bound] of [['min', min] as const, ['max', max] as const]) {
    const read = bound === undefined ? undefined : readDecimal(bound, undefined)
    if (read && !read.ok) problems.push({ path: `/${member}`, message: read.message })
    else if (read && scale !== undefined && !readDecimal(read.text, scale).ok)
      problems.push({ path: `/${member}`, message: `has more digits after the point than the scale of ${scale}` })
  }
  const [low, high] = [boundOf(min), boundOf(max)]
  if (low !== undefined && high !== undefined && compareDecimals(low, high) > 0)
    problems.push({ path: '/min', message: 'must not be above max' })
  return problems
}
