// One value of a body or of a bulk row brought to the form in which its columns store it.
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { anyTargets } from './paths.ts'

/** Turns the text of a secret into what may be stored at this place, and opens at no other. */
export type Seal = (text: string, place: string) => string
/** The same for the fields of one record. */
export type SealField = (text: string, field: Field) => string

/** Where a secret belongs: names and addresses change, these do not. */
export function secretPlace(schema: string, entityId: string, fieldId: string, record: string): string {
  return ['field', schema, entityId, fieldId, record].map(encodeURIComponent).join('/')
}

export function sealInto(seal: Seal, model: Model, { entity }: EntityModel, record: string): SealField {
  return (text, field) => seal(text, secretPlace(model.snapshot.schema, entity.id, field.id, record))
}

/** What storing a value depends on beside the field. */
export interface Destination {
  model: Model
  /** A new record may have no option that is no longer offered. */
  isNew: boolean
  seal: SealField
}

export interface ValueProblem {
  key: string
  message: string
  params?: Record<string, string | number>
}

/** Options of a change that are no longer offered. What the record has now is not known here, so the statement looks. */
export interface KeptOptions {
  /** Stored form of these options alone. */
  text: string
  /** What is wrong when the record does not have them already. */
  problem: ValueProblem
}

/** `texts` stand in the order of `writtenColumns`; `target` is the entity that a polymorphic reference leads to. */
export type StoredValue =
  | {
      ok: true
      texts: readonly (string | null)[]
      isEmpty: boolean
      target: EntityModel | undefined
      kept: KeptOptions | undefined
    }
  | { ok: false; problem: ValueProblem }

/** Columns that a value fills; the rest (the base amount of money) the statement computes. */
export function writtenColumns(field: Field): FieldColumn[] {
  const computed = fieldType(field.type)
    .parts(field.options)
    .filter((part) => part.isComputed)
    .map((part) => part.key)
  return field.columns.filter((column) => !computed.includes(column.part))
}

/** @param value never null */
export function storeValue(
  { model, isNew, seal }: Destination,
  field: Field,
  columns: readonly FieldColumn[],
  value: unknown,
): StoredValue {
  const type = fieldType(field.type)
  const parsed = type.parse(value, field, isNew ? { before: null } : undefined)
  if (!parsed.ok) return { ok: false, problem: parsed }
  const texts = columns.map((column) => parsed.parts[column.part] ?? null)
  const isEmpty = texts.every((text) => text === null)
  if (field.type === 'any_reference' && !isEmpty) return toTarget(model, field, texts)
  const stored = type.isReadable ? texts : texts.map((text) => (text === null ? null : seal(text, field)))
  return { ok: true, texts: stored, isEmpty, target: undefined, kept: isNew ? undefined : keptOptions(field, value) }
}

function keptOptions(field: Field, value: unknown): KeptOptions | undefined {
  const inactive = field.options.choices?.filter((option) => option.inactive) ?? []
  if (inactive.length === 0) return undefined
  const type = fieldType(field.type)
  const asNew = type.parse(value, field, { before: null })
  if (asNew.ok) return undefined
  const isKept = (item: unknown): boolean => inactive.some((option) => option.value === String(item).trim())
  const alone = type.parse(Array.isArray(value) ? value.filter(isKept) : value, field)
  const text = alone.ok ? alone.parts[''] : null
  return text ? { text, problem: asNew } : undefined
}

/** A polymorphic reference stores the entity's present name, whatever alias was written. */
function toTarget(model: Model, field: Field, [name, id]: readonly (string | null)[]): StoredValue {
  const found = model.find(name ?? '')
  const target = anyTargets(model, field).find((candidate) => candidate === found)
  if (!target) return { ok: false, problem: { key: 'wrong_entity', message: `cannot point to ${name ?? 'nothing'}` } }
  return { ok: true, texts: [target.entity.name, id ?? null], isEmpty: false, target, kept: undefined }
}

export const isRuleDefault = (value: unknown): value is { rule: unknown } =>
  typeof value === 'object' && value !== null && 'rule' in value
