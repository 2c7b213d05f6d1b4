// What a person has changed and not yet saved. Kept on the device while it is unsaved, so that a crash loses nothing.
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { BatchOperation, WireRecord } from '../../sdk/wire/records.ts'
import { currentTenant } from '../app/api.ts'
import { sentId, type Values } from '../fields/form-values.ts'

/** The links of a record that has just been made to what was chosen for it. */
export function linksOf(entity: ClientEntity, id: string, values: Values): BatchOperation[] {
  return entity.fields.flatMap((field) => {
    const { link } = field.options
    const chosen = values[field.name]
    if (!link || !Array.isArray(chosen)) return []
    return chosen.map((target) => ({
      op: 'create' as const,
      entity: link.entity,
      body: { [link.source]: id, [link.target]: sentId(target) },
    }))
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
