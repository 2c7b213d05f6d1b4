// A role spelled out, entity by entity: what it gives, and where that comes from. And what each package said of it, which
// after merging nobody could tell any more.
import { type FieldRight, type Grant, OPERATIONS, type Operation } from '../../sdk/metadata/rights.ts'
import type { Role } from '../../sdk/metadata/snapshot.ts'
import { type PackageSource, RoleSource } from '../../sdk/metadata/source.ts'
import type { GrantOrigin, WireGrant, WireRoleEntity, WireRoleLayer } from '../../sdk/wire/role.ts'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { EntityModel, Model } from './model.ts'
import { qualify } from './qualify.ts'
import { isForEverybody, isForNobody, scopeOf } from './rights.ts'
import { SYSTEM_PACKAGE } from './reserved.ts'
import { isRecord } from './trace.ts'

/** In the order of the snapshot. Links of records are left out unless the role names them. */
export function roleMatrix(model: Model, role: Role): WireRoleEntity[] {
  return model
    .all()
    .filter(({ entity }) => !entity.isLink || Object.hasOwn(role.entities, entity.name))
    .map((target) => ({
      entity: target.entity.name,
      grants: grantsOf(model, role, target),
      fields: fieldsOf(role, target),
      impossible: OPERATIONS.filter((operation) => isForNobody(target, operation)),
      everyone: OPERATIONS.filter((operation) => isForEverybody(target, operation)),
    }))
}

function grantsOf(model: Model, role: Role, target: EntityModel): Record<Operation, WireGrant> {
  const of = (operation: Operation): WireGrant =>
    isForNobody(target, operation)
      ? { scope: 'none', from: 'kernel' }
      : { scope: scopeOf(model, role, target, operation), from: originOf(role, target) }
  return {
    create: of('create'),
    read: of('read'),
    update: of('update'),
    delete: of('delete'),
    export: of('export'),
    import: of('import'),
    share: of('share'),
  }
}

function originOf(role: Role, { entity }: EntityModel): GrantOrigin {
  if (Object.hasOwn(role.entities, entity.name)) return 'entity'
  if (entity.package === SYSTEM_PACKAGE) return role.administer ? 'administer' : 'kernel'
  return entity.isLink ? 'link' : 'others'
}

function fieldsOf({ entities }: Role, { entity }: EntityModel): Record<string, FieldRight> {
  const rights = Object.entries(entities[entity.name]?.fields ?? {})
  return Object.fromEntries(
    rights.filter(([name, right]) => right !== 'edit' && entity.fields.some((one) => one.name === name)),
  )
}

/** @param sources in any order; layers come out as they were merged */
export function roleLayers(model: Model, role: Role, sources: readonly PackageSource[]): WireRoleLayer[] {
  const order = model.snapshot.packages.map(({ name }) => name)
  return sources
    .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    .flatMap(({ name: owner, files }) =>
      Object.entries(files).flatMap(([path, file]) => {
        if (!path.startsWith('roles/')) return []
        const layer = layerOf(file, owner, role.name)
        return layer ? [named(model, layer)] : []
      }),
    )
    .toSorted((a, b) => Number(b.package === role.package) - Number(a.package === role.package))
}

/** What a file of roles/ may say, whether it brings the role or changes it. */
const Said = Type.Partial(Type.Pick(RoleSource, ['label', 'description', 'administer', 'second_factor', 'entities']), {
  additionalProperties: true,
})

/** undefined: the file is about another role. */
function layerOf(file: unknown, owner: string, role: string): WireRoleLayer | undefined {
  if (!isRecord(file) || qualify(String(file['extends'] ?? file['name']), owner) !== role) return undefined
  if (!Value.Check(Said, file)) return undefined
  const { label, description, administer, second_factor: secondFactor, entities = {} } = file
  return {
    package: owner,
    ...(label === undefined ? {} : { label }),
    ...(description === undefined ? {} : { description }),
    ...(administer === undefined ? {} : { administer }),
    ...(secondFactor === undefined ? {} : { secondFactor }),
    entities: Object.fromEntries(Object.entries(entities).map(([name, grant]) => [qualify(name, owner), grant])),
  }
}

/** Names as they are now: authors may have written former ones, and fields without the package in front. */
function named(model: Model, { entities, ...layer }: WireRoleLayer): WireRoleLayer {
  const lines = Object.entries(entities).map(([name, { fields, ...scopes }]): [string, Grant] => {
    const target = model.find(name)
    if (!target || !fields) return [target?.entity.name ?? name, fields ? { ...scopes, fields } : scopes]
    const own = (field: string) => target.field(field) ?? target.field(`${layer.package}_${field}`)
    const rights = Object.entries(fields).map(([field, right]) => [own(field)?.name ?? field, right] as const)
    return [target.entity.name, { ...scopes, fields: Object.fromEntries(rights) }]
  })
  return { ...layer, entities: Object.fromEntries(lines) }
}
