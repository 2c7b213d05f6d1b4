// One value of a body or of a bulk row brought to the form in which its columns store it.
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { anyTargets } from './selection.ts'

/** Turns the text of a secret into what may be stored. */
export type Seal = (text: string) => string

export interface ValueProblem {
  key: string
  message: string
  params?: Record<string, string | number>
}

/** `texts` stand in the order of `writtenColumns`; `target` is the entity that a polymorphic reference leads to. */
export type StoredValue =
  | { ok: true; texts: readonly (string | null)[]; isEmpty: boolean; target: EntityModel | undefined }
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
  model: Model,
  field: Field,
  columns: readonly FieldColumn[],
  value: unknown,
  seal: Seal,
): StoredValue {
  const type = fieldType(field.type)
  const parsed = type.parse(value, field)
  if (!parsed.ok) return { ok: false, problem: parsed }
  const texts = columns.map((column) => parsed.parts[column.part] ?? null)
  const isEmpty = texts.every((text) => text === null)
  if (field.type === 'any_reference' && !isEmpty) return toTarget(model, field, texts)
  const stored = type.isReadable ? texts : texts.map((text) => (text === null ? null : seal(text)))
  return { ok: true, texts: stored, isEmpty, target: undefined }
}

/** A polymorphic reference stores the entity's present name, whatever alias was written. */
function toTarget(model: Model, field: Field, [name, id]: readonly (string | null)[]): StoredValue {
  const found = model.find(name ?? '')
  const target = anyTargets(model, field).find((candidate) => candidate === found)
  if (!target) return { ok: false, problem: { key: 'wrong_entity', message: `cannot point to ${name ?? 'nothing'}` } }
  return { ok: true, texts: [target.entity.name, id ?? null], isEmpty: false, target }
}

export const isRuleDefault = (value: unknown): value is { rule: unknown } =>
  typeof value === 'object' && value !== null && 'rule' in value
