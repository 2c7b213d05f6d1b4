// What a person has changed and not yet saved. Kept on the device while it is unsaved, so that a crash loses nothing.
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { BatchOperation, WireRecord, WireValue } from '../../sdk/wire/records.ts'
import type { ApiError } from '../app/api.ts'
import { currentTenant } from '../app/api.ts'
import { text } from '../app/meta.ts'
import { problemText } from '../app/refusal.ts'

export type Values = Readonly<Record<string, WireValue>>

const TO_ONE: ReadonlySet<string> = new Set(['reference', 'parent', 'user', 'file'])
export const isToOne = (field: ClientField): boolean => TO_ONE.has(field.type)

/** To-one references travel as ids; on the page they bring the name of what they lead to. */
export function bodyOf(entity: ClientEntity, values: Values): Record<string, WireValue> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const field = entity.fields.find((one) => one.name === name)
      if (field?.widget === 'links') return []
      const written = field?.type === 'any_reference' ? withoutName(value) : value
      return [[name, field && isToOne(field) ? idOf(value) : written]]
    }),
  )
}

const isObject = (value: WireValue): value is { readonly [key: string]: WireValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const idOf = (value: WireValue): WireValue => (isObject(value) ? (value['id'] ?? null) : value)

function withoutName(value: WireValue): WireValue {
  if (!isObject(value)) return value
  const { entity = null, id = null } = value
  return id === null ? null : { entity, id }
}

/** The links of a record that has just been made to what was chosen for it. */
export function linksOf(entity: ClientEntity, id: string, values: Values): BatchOperation[] {
  return entity.fields.flatMap((field) => {
    const { link } = field.options
    const chosen = values[field.name]
    if (!link || !Array.isArray(chosen)) return []
    return chosen.map((target) => ({
      op: 'create' as const,
      entity: link.entity,
      body: { [link.source]: id, [link.target]: idOf(target) },
    }))
  })
}

/** Problems of an answer by field name. */
export function problemsByField(entity: ClientEntity, error: ApiError): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name } of entity.fields) {
    const problem = error.problemOf(name)
    if (problem) found[name] = problemText(problem)
  }
  return found
}

/** Problems that have no place on the form: of the record as a whole, and of fields that are not shown. */
export function problemsElsewhere(entity: ClientEntity, error: ApiError, shown: ReadonlySet<string>): string[] {
  return error.problems.flatMap((problem) => {
    const name = problem.path.split('/')[1] ?? ''
    if (shown.has(name)) return []
    const field = entity.fields.find((one) => one.name === name)
    return [field ? `${text(field.label)}: ${problemText(problem)}` : problemText(problem)]
  })
}

/** Unsaved values of records, in this browser. The id of one that is not made yet is `new`. */
const keyOf = (entity: string, id: string): string => `relata.draft.${currentTenant()}.${entity}.${id}`

export interface KeptDraft {
  /** What the changed fields were before. */
  base: Values
  values: Values
}

/** @param before the record as it was read; null for a new one */
export function keepDraft(entity: string, before: WireRecord | null, values: Values): void {
  const id = before?.id ?? NEW
  if (Object.keys(values).length === 0) return dropDraft(entity, id)
  const base = Object.fromEntries(Object.keys(values).map((name) => [name, before?.[name] ?? null]))
  const kept: KeptDraft = { base, values }
  try {
    localStorage.setItem(keyOf(entity, id), JSON.stringify(kept))
  } catch {
    // No room on the device: the page still holds the values.
  }
}

export const NEW = 'new'

export function dropDraft(entity: string, id: string): void {
  localStorage.removeItem(keyOf(entity, id))
}

/** What is kept under the key, unless it is damaged: then it goes. */
export function keptDraft(entity: string, id: string): KeptDraft | undefined {
  const text = localStorage.getItem(keyOf(entity, id))
  if (text === null) return undefined
  try {
    const kept: unknown = JSON.parse(text)
    if (isDraft(kept)) return kept
  } catch {
    // As below.
  }
  dropDraft(entity, id)
  return undefined
}

const isDraft = (kept: unknown): kept is KeptDraft =>
  typeof kept === 'object' &&
  kept !== null &&
  'base' in kept &&
  'values' in kept &&
  typeof kept.base === 'object' &&
  typeof kept.values === 'object' &&
  kept.base !== null &&
  kept.values !== null
