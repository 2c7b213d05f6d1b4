// What a finishing job was given, looked up in the version that is published when it runs. Versions may have come since
// the job was made, so what it is about may be gone.
import type { Field } from '../../../sdk/metadata/snapshot.ts'
import { RelataError } from '../../../sdk/errors.ts'
import type { EntityModel, Model } from '../../catalog/model.ts'
import type { EntityWork, FieldsWork } from '../later-work.ts'

/** Thrown when there is nothing left to do. */
export class Obsolete extends Error {}

export function entityOf(model: Model, payload: unknown): { entity: EntityModel; fields: Field[] } {
  if (!isWork(payload)) throw new RelataError('RL500', 'a job of the schema has no entity')
  const entity = model.all().find((one) => one.entity.id === payload.entityId)
  if (!entity) throw new Obsolete(`${payload.entityId} is retired`)
  const ids = 'fieldIds' in payload ? payload.fieldIds : []
  return { entity, fields: entity.entity.fields.filter(({ id }) => ids.includes(id)) }
}

function isWork(payload: unknown): payload is EntityWork | FieldsWork {
  return (
    typeof payload === 'object' && payload !== null && 'entityId' in payload && typeof payload.entityId === 'string'
  )
}
