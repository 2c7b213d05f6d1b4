// Bodies of the few routes that are not records, checked against a TypeBox schema with every problem at once.
import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox'
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value'
import { type Problem, RelataError } from '../../sdk/errors.ts'

/** A text that is not blank. */
export const Words = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })
/** A password as it is typed; how long it must be is said where it is set. */
export const Password = Type.String({ minLength: 1, maxLength: 1_000 })
/** May be left out, and emptied. */
export const Emptiable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** @throws RL100 not an object · RL206 with a problem for each value that is not valid, unknown names included */
export function readBody<T extends TObject>(schema: T, body: unknown): Static<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RelataError('RL100', 'The body must be a JSON object.')
  if (Value.Check(schema, body)) return body
  const problems = new Map<string, Problem>()
  for (const error of Value.Errors(schema, body))
    if (!problems.has(error.path)) problems.set(error.path, toProblem(error))
  throw invalid([...problems.values()])
}

export function invalid(problems: readonly Problem[]): RelataError {
  return new RelataError('RL206', 'Some values are not valid.', { problems })
}

function toProblem({ path, type, schema, value }: ValueError): Problem {
  const isMissing =
    type === ValueErrorType.ObjectRequiredProperty ||
    type === ValueErrorType.StringMinLength ||
    type === ValueErrorType.ArrayMinItems
  if (isMissing || (type === ValueErrorType.StringPattern && typeof value === 'string' && value.trim() === '')) {
    return { path, key: 'required', message: 'is required' }
  }
  if (type === ValueErrorType.ObjectAdditionalProperties)
    return { path, key: 'unknown_field', message: 'is not known here' }
  if (type === ValueErrorType.StringMaxLength) {
    const max = Number(schema['maxLength'])
    return { path, key: 'too_long', message: `may have at most ${max} characters`, params: { max } }
  }
  return { path, key: 'not_valid', message: 'is not valid' }
}
