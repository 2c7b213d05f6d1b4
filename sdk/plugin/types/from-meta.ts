// Entities and actions of a tenant, as its server tells a browser of them: for types of what is installed there.
import { textFor } from '../../fields/label.ts'
import type { ClientAction, ClientEntity, ClientField, ClientMeta } from '../../wire/meta.ts'
import type { TypedAction, TypedEntity, TypedField, TypedModel } from './model.ts'

/** What the types are made of; the rest of the projection is left alone. */
export type MetaPart = Pick<ClientMeta, 'entities' | 'actions'>

export function modelOfMeta({ entities, actions }: MetaPart): TypedModel {
  return { entities: entities.map(typedEntity), actions: actions.map(typedAction) }
}

function typedEntity({ name, label, description, ownership, fields }: ClientEntity): TypedEntity {
  return {
    name,
    label: textFor(label, 'en'),
    ...(description === undefined ? {} : { description: textFor(description, 'en') }),
    hasOwner: ownership === 'user' || ownership === 'team',
    fields: fields.map(typedField),
  }
}

const typedAction = ({ name, label, entity, input }: ClientAction): TypedAction => ({
  name,
  label: textFor(label, 'en'),
  entity,
  input: input.map(typedField),
})

function typedField({
  name,
  type,
  label,
  help,
  required,
  isWritable,
  default: value,
  options,
}: ClientField): TypedField {
  return {
    name,
    type,
    label: textFor(label, 'en'),
    ...(help === undefined ? {} : { help: textFor(help, 'en') }),
    required,
    hasDefault: value !== undefined,
    isWritable,
    options,
  }
}
