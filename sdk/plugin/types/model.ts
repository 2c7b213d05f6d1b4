// What the generated types are made of: entities, actions and their fields, whether they come from package folders or from
// a tenant.
import type { ValueOptions } from '../../fields/types.ts'

export interface TypedField {
  name: string
  /** A field type: `text`, `money`. */
  type: string
  label: string
  help?: string
  required: boolean
  hasDefault: boolean
  /** false: worked out, or set by the system only. */
  isWritable: boolean
  options: ValueOptions
}

export interface TypedEntity {
  /** Qualified. */
  name: string
  label: string
  description?: string
  hasOwner: boolean
  fields: readonly TypedField[]
}

export interface TypedAction {
  /** Qualified. */
  name: string
  label: string
  entity: string
  input: readonly TypedField[]
}

export interface TypedModel {
  entities: readonly TypedEntity[]
  actions: readonly TypedAction[]
}

export const findEntity = ({ entities }: TypedModel, name: string): TypedEntity | undefined =>
  entities.find((one) => one.name === name)
