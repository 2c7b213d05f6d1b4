// A role with less than it says: only some entities, only reading, never administering. An API key holds such a role by
// a name that says all of it (`system.member|read|base.note+base.person`), so that whatever is remembered by the names
// of roles is remembered apart, and every door that asks what a role may is answered with less.
import type { Role } from '../../sdk/metadata/snapshot.ts'
import type { Model } from './model.ts'

export interface Narrowing {
  /** Qualified names; empty: all that the role reaches. */
  entities: readonly string[]
  isReadOnly: boolean
}

type Grant = Role['entities'][string]

const MARK = '|'
const NOTHING: Grant = {}
const EVERYTHING = {
  create: 'all',
  read: 'all',
  update: 'all',
  delete: 'all',
  export: 'all',
  import: 'all',
  share: 'all',
} as const
const NO_WRITING = { create: 'none', update: 'none', delete: 'none', import: 'none', share: 'none' } as const

/** @returns the name of the role itself when nothing is taken away */
export function narrowedName(role: string, { entities, isReadOnly }: Narrowing): string {
  if (entities.length === 0 && !isReadOnly) return role
  return [role, isReadOnly ? 'read' : '', [...new Set(entities)].sort().join('+')].join(MARK)
}

/** The role's own name. */
export const baseName = (name: string): string => name.split(MARK)[0] ?? name

/** Made only of names that `narrowedName` gave. */
export const isReadOnly = (name: string): boolean => name.split(MARK)[1] === 'read'

const made = new WeakMap<Model, Map<string, Role>>()
const MAX_REMEMBERED = 500

/** A role by its name, narrowed or not; undefined: the snapshot does not know it, so that it grants nothing. */
export function roleNamed(model: Model, name: string): Role | undefined {
  if (!name.includes(MARK)) return model.role(name)
  const known = made.get(model) ?? new Map<string, Role>()
  made.set(model, known)
  const found = known.get(name)
  if (found) return found
  const role = narrowed(model, name)
  const [oldest] = known.keys()
  if (known.size >= MAX_REMEMBERED && oldest !== undefined) known.delete(oldest)
  if (role) known.set(name, role)
  return role
}

function narrowed(model: Model, name: string): Role | undefined {
  const [base = '', reading, list = ''] = name.split(MARK)
  const role = model.role(base)
  if (!role) return undefined
  const only = new Set(list === '' ? [] : list.split('+'))
  const less = (grant: Grant): Grant => (reading === 'read' ? Object.assign({}, grant, NO_WRITING) : grant)
  const entities: Record<string, Grant> = { '*': only.size > 0 ? NOTHING : less(role.entities['*'] ?? NOTHING) }
  for (const { entity } of model.all()) {
    const isNamed = only.size === 0 || only.has(entity.name)
    const own = ownGrant(role, entity)
    if (own) entities[entity.name] = isNamed ? less(own) : NOTHING
    else if (only.size === 0) continue
    // Links follow the record that they belong to; of the kernel's own a role without a line for them has names at most.
    else if (entity.package === 'system') Object.assign(entities, isNamed ? {} : { [entity.name]: NOTHING })
    else if (isNamed && !entity.isLink) entities[entity.name] = less(role.entities['*'] ?? NOTHING)
  }
  return { ...role, name, administer: false, entities }
}

/** What the role says of this entity itself, or gives with the right to administer. */
function ownGrant(role: Role, { name, package: of }: { name: string; package: string }): Grant | undefined {
  if (Object.hasOwn(role.entities, name)) return role.entities[name]
  return of === 'system' && role.administer ? EVERYTHING : undefined
}
