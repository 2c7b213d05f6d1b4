// Which fields an answer has: the `select` tree with its names resolved and the actor's rights applied. What the actor
// may not read is refused when named, and left out when nothing was named.
import { RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { SelectItem } from '../parse/select-syntax.ts'
import {
  anyTargets,
  findPath,
  findStandard,
  findStep,
  type ReferenceStep,
  type ResolvedPath,
  standardNames,
  unknownField,
} from './paths.ts'
import { isReadableRight } from './field-rights.ts'
import { isOpen, notReadable, requirePath } from './readable.ts'
import type { Rights } from './rights.ts'

export type Selected =
  | { kind: 'value'; key: string; path: ResolvedPath }
  /** Several columns that make one object; null when all are. */
  | { kind: 'composite'; key: string; field: Field }
  /** That something is there, and perhaps how it ends; `field` undefined: the display name. */
  | { kind: 'masked'; key: string; field: Field | undefined }
  /** Only whether a value is set. */
  | { kind: 'secret'; key: string; field: Field }
  | { kind: 'one'; key: string; step: ReferenceStep; items: readonly Selected[] }
  /** A polymorphic reference with the display name of its target. */
  | { kind: 'any'; key: string; field: Field; targets: readonly EntityModel[] }
  | { kind: 'many'; key: string; entity: EntityModel; via: Field; items: readonly Selected[] }

export interface SelectionRequest {
  select: readonly SelectItem[] | undefined
  expand: readonly SelectItem[]
}

/** @throws RL202 unknown field · RL204 cannot be selected so · RL301 not readable */
export function planSelection(
  model: Model,
  entity: EntityModel,
  request: SelectionRequest,
  rights: Rights,
): Selected[] {
  rights.require(entity, 'read')
  const chosen = request.select ?? defaultItems(model, entity, rights)
  const expanded = new Set(request.expand.map((item) => item.alias ?? item.name))
  const plain = chosen.filter((item) => !expanded.has(item.alias ?? item.name))
  const all = [...plain, ...request.expand.map(withDisplayName)]
  const keys = all.map((item) => item.alias ?? item.name)
  const always = ['id', 'version'].filter((name) => !keys.includes(name)).map((name): SelectItem => ({ name }))
  return [...always, ...all].map((item) => planItem(model, entity, item, rights))
}

function defaultItems(model: Model, entity: EntityModel, rights: Rights): SelectItem[] {
  const fields = entity.entity.fields.filter(
    (field) => field.type !== 'many_to_many' && isOpen(model, field, rights) && rights.field(entity, field) !== 'none',
  )
  return [...standardNames(entity), ...fields.map((field) => field.name)].map((name) => ({ name }))
}

const withDisplayName = (item: SelectItem): SelectItem => ({
  ...item,
  children: item.children ?? [{ name: 'display_name' }],
})

function planItem(model: Model, entity: EntityModel, item: SelectItem, rights: Rights): Selected {
  if (item.alias) return planMany(model, entity, item, item.alias, rights)
  if (item.children) return planNested(model, entity, item, item.children, rights)
  const key = item.name
  if (key === 'display_name' && !isReadableRight(rights.name(entity))) return { kind: 'masked', key, field: undefined }
  const field = entity.field(key)
  if (field && !findStandard(entity, key)) {
    const right = rights.field(entity, field)
    if (right === 'none') throw notReadable(key)
    if (right === 'masked' && field.type !== 'many_to_many') return { kind: 'masked', key, field }
    if (field.type === 'many_to_many') throw linkNeeded(field)
    if (!fieldType(field.type).isReadable) return { kind: 'secret', key, field }
    if (field.columns.some((column) => column.part !== '')) return { kind: 'composite', key, field }
  }
  const path = findPath(model, entity, key)
  if (!path) throw unknownField(entity, key, 'select')
  requirePath(model, path, 'select', rights, entity)
  return { kind: 'value', key, path }
}

function planNested(
  model: Model,
  entity: EntityModel,
  item: SelectItem,
  children: readonly SelectItem[],
  rights: Rights,
): Selected {
  const key = item.name
  const field = entity.field(key)
  if (field && !isReadableRight(rights.field(entity, field))) throw notReadable(key)
  if (field?.type === 'any_reference') {
    return { kind: 'any', key, field, targets: anyTargets(model, field).filter((target) => isTold(target, rights)) }
  }
  const step = findStep(model, entity, key)
  if (!step) {
    if (!field && !findStandard(entity, key)) throw unknownField(entity, key, 'select')
    throw new RelataError('RL204', `“${key}” is not a reference, so no fields can be selected through it.`)
  }
  rights.require(step.target, 'read')
  const named = children.some((child) => child.name === 'id') ? children : [{ name: 'id' }, ...children]
  return { kind: 'one', key, step, items: named.map((child) => planItem(model, step.target, child, rights)) }
}

const isTold = (target: EntityModel, rights: Rights): boolean =>
  rights.can(target, 'read') && isReadableRight(rights.name(target))

/** `alias:base.person.employer(name)`: the records whose reference leads here. */
function planMany(model: Model, entity: EntityModel, item: SelectItem, key: string, rights: Rights): Selected {
  const dot = item.name.lastIndexOf('.')
  const child = model.entity(item.name.slice(0, Math.max(dot, 0)))
  const via = child.field(item.name.slice(dot + 1))
  if (!via || !(via.options.to ?? []).includes(entity.entity.name) || via.columns.length !== 1) {
    throw new RelataError('RL204', `“${item.name}” is not a reference from another entity to ${entity.entity.name}.`, {
      hint: 'Write alias:entity.reference(field, …), for example people:base.person.employer(display_name).',
    })
  }
  rights.require(child, 'read')
  if (!isReadableRight(rights.field(child, via))) throw notReadable(item.name)
  const children = item.children ?? [{ name: 'display_name' }]
  const named = children.some((one) => one.name === 'id') ? children : [{ name: 'id' }, ...children]
  return { kind: 'many', key, entity: child, via, items: named.map((one) => planItem(model, child, one, rights)) }
}

function linkNeeded(field: Field): RelataError {
  const link = field.options.link
  return new RelataError('RL204', `“${field.name}” is a many-to-many field.`, {
    hint: link
      ? `Select its links: ${field.name}:${link.entity}.${link.source}(${link.target}(display_name)).`
      : 'Select through its link entity.',
  })
}
