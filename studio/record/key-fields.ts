// Which fields a new record asks for first: those that must be there, and those that tell what it is.
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { ClientForm } from '../app/meta.ts'

/** With this many fields or fewer there is nothing to fold away. */
const FEW = 8
/** As many as a person fills in without thinking of it as a form. */
const FIRST = 5

/** @param given fields that hold something already, or are refused: they are never folded away */
export function keyFields(
  entity: ClientEntity,
  form: ClientForm | undefined,
  given: ReadonlySet<string>,
): { names: ReadonlySet<string>; more: number } {
  const offered = inOrder(entity, form).filter((field) => field.isWritable)
  const facts = new Set(form?.facts ?? [])
  const isKey = (field: ClientField): boolean => field.required || facts.has(field.name) || given.has(field.name)
  const key = offered.filter(isKey)
  const others = offered.filter((field) => !isKey(field)).slice(0, Math.max(0, FIRST - key.length))
  const names = new Set([...key, ...others].map(({ name }) => name))
  if (offered.length <= FEW) return { names: new Set(offered.map(({ name }) => name)), more: 0 }
  return { names, more: offered.length - names.size }
}

/** As the form shows them; what it leaves out is not offered. */
function inOrder(entity: ClientEntity, form: ClientForm | undefined): ClientField[] {
  if (!form || form.tabs.length === 0) return [...entity.fields]
  const items = form.tabs.flatMap((tab) => tab.sections.flatMap((section) => section.items))
  return items.flatMap((item) => entity.fields.find((field) => field.name === item.field) ?? [])
}
