// Options of choice and multi-choice.
import { type TSchema, Type } from '@sinclair/typebox'
import { Option } from '../metadata/source.ts'
import type { WireValue } from '../wire/records.ts'
import { textFor } from './label.ts'
import { refuse } from './parsed.ts'
import type { Refusal, ValueOptions } from './types.ts'

const MAX_OPTIONS = 500
const MAX_NAME = 100

export const choiceProperties = {
  options: Type.Optional(Type.Array(Option, { maxItems: MAX_OPTIONS })),
  options_from: Type.Optional(
    Type.Union([Type.Literal('roles'), Type.Literal('relationship_types'), Type.Literal('entities')], {
      description: 'the things of this kind that the tenant has, by name',
    }),
  ),
}

export function choiceSchema({ choices }: ValueOptions): TSchema {
  return choices ? Type.Union(choices.map(({ value }) => Type.Literal(value))) : Type.String({ maxLength: MAX_NAME })
}

/**
 * Refuses what is not among the options. Where the options are names of other things, such as roles, the server checks.
 * @param isKept the record has the value already, or nobody knows: then it need not be offered any more
 */
export function isOffered({ choices, optionsFrom }: ValueOptions, value: string, isKept: boolean): Refusal | undefined {
  if (!choices && optionsFrom !== undefined)
    return /^[a-z][a-z0-9_.]*$/.test(value) && value.length <= MAX_NAME ? undefined : notAnOption(value)
  const option = choices?.find((one) => one.value === value)
  if (!option) return notAnOption(value)
  if (option.inactive && !isKept) return refuse('inactive_option', `can no longer be “${value}”`, { value })
  return undefined
}

function notAnOption(written: string): Refusal {
  const value = written.slice(0, 60).toWellFormed()
  return refuse('not_an_option', `cannot be “${value}”: it is not one of the options`, { value })
}

export function checkChoices({ choices, optionsFrom }: ValueOptions): { path: string; message: string }[] {
  if (choices && optionsFrom !== undefined) return [{ path: '/optionsFrom', message: 'cannot stand beside options' }]
  if (optionsFrom === undefined && (choices ?? []).length === 0)
    return [{ path: '/choices', message: 'needs at least one option' }]
  return []
}

export function labelOf({ choices }: ValueOptions, value: WireValue, locale: string): string {
  if (typeof value !== 'string') return ''
  const label = choices?.find((option) => option.value === value)?.label
  return label === undefined ? value : textFor(label, locale)
}
