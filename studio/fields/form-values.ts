// Values of a form on their way to the server, and what the server says of them on its way back.
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import type { ApiError } from '../app/api.ts'
import { text } from '../app/meta.ts'
import { problemText } from '../app/refusal.ts'

/** An entity, or whatever else has a form: an action. */
export type HasFields = Pick<ClientEntity, 'fields'>

export type Values = Readonly<Record<string, WireValue>>

const TO_ONE: ReadonlySet<string> = new Set(['reference', 'parent', 'user', 'file'])
export const isToOne = (field: ClientField): boolean => TO_ONE.has(field.type)

/** To-one references travel as ids; on the page they bring the name of what they lead to. */
export function bodyOf(entity: HasFields, values: Values): Record<string, WireValue> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const field = entity.fields.find((one) => one.name === name)
      if (field?.widget === 'links') return []
      const written = field?.type === 'any_reference' ? withoutName(value) : value
      return [[name, field && isToOne(field) ? sentId(value) : written]]
    }),
  )
}

const isObject = (value: WireValue): value is { readonly [key: string]: WireValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const sentId = (value: WireValue): WireValue => (isObject(value) ? (value['id'] ?? null) : value)

function withoutName(value: WireValue): WireValue {
  if (!isObject(value)) return value
  const { entity = null, id = null } = value
  return id === null ? null : { entity, id }
}

/** Problems of an answer by field name. */
export function problemsByField(entity: HasFields, error: ApiError): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name } of entity.fields) {
    const problem = error.problemOf(name)
    if (problem) found[name] = problemText(problem)
  }
  return found
}

/** Problems that have no place on the form: of the record as a whole, and of fields that are not shown. */
export function problemsElsewhere(entity: HasFields, error: ApiError, shown: ReadonlySet<string>): string[] {
  return error.problems.flatMap((problem) => {
    const name = problem.path.split('/')[1] ?? ''
    if (shown.has(name)) return []
    const field = entity.fields.find((one) => one.name === name)
    return [field ? `${text(field.label)}: ${problemText(problem)}` : problemText(problem)]
  })
}

/** What a form begins with. A default that a rule works out is the server's to give. */
export function plainDefaults({ fields }: HasFields): Values {
  return Object.fromEntries(fields.flatMap((field) => (isPlain(field.default) ? [[field.name, field.default]] : [])))
}

const isPlain = (value: unknown): value is WireValue =>
  value !== undefined && !(typeof value === 'object' && value !== null && 'rule' in value)
