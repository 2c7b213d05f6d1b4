// What a plugin may when it acts for nobody but itself: everything with what its own package brings, and with other
// packages' records what an administrator granted. Whether the kernel lets anybody write there is asked elsewhere.
import { fieldKey } from '../../sdk/plugin/asks.ts'
import type { FieldRight, Operation } from '../../sdk/metadata/rights.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { RelataError } from '../../sdk/errors.ts'
import type { EntityModel } from '../catalog/model.ts'
import { ALL, NOTHING } from '../plan/access.ts'
import type { Rights } from '../plan/rights.ts'

export function ownRights(name: string, grants: ReadonlySet<string>): Rights {
  const list = [...grants].sort()
  const isOwn = ({ entity }: EntityModel) => entity.package === name
  /** The entity as a whole, or a field of it. */
  const some = (kind: 'read' | 'create' | 'update', entity: string): boolean =>
    list.some((key) => key === fieldKey(kind, entity, null) || key.startsWith(`${fieldKey(kind, entity, null)}.`))
  const can = (entity: EntityModel, operation: Operation): boolean => {
    if (isOwn(entity)) return true
    const { name: of, fields } = entity.entity
    const isExtended = fields.some((field) => field.package === name)
    switch (operation) {
      case 'read':
      case 'update':
        return some(operation, of) || isExtended
      case 'create':
        return some(operation, of)
      case 'delete':
        return grants.has(`delete:${of}`)
      default:
        return false
    }
  }
  const field = (entity: EntityModel, { name: of, package: owner }: Field): FieldRight => {
    if (isOwn(entity) || owner === name) return 'edit'
    const has = (kind: 'read' | 'create' | 'update') =>
      grants.has(fieldKey(kind, entity.entity.name, null)) || grants.has(fieldKey(kind, entity.entity.name, of))
    if (has('update') || has('create')) return 'edit'
    return has('read') ? 'read' : 'none'
  }
  return {
    key: `plugin ${name} ${list.join(' ')}`,
    can,
    field,
    name: (entity) => (can(entity, 'read') ? 'edit' : 'none'),
    condition: (entity, operation) => (can(entity, operation) ? ALL : NOTHING),
    require(entity, operation) {
      if (can(entity, operation)) return
      const key = `${operation}:${entity.entity.name}`
      throw new RelataError('RL404', `The plugin ${name} may not ${operation} ${entity.entity.name} (“${key}”).`, {
        hint: 'Ask for it in plugin.json, under permissions.records.',
      })
    },
  }
}
