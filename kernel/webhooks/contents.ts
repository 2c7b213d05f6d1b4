// What a webhook is told of an event: what its role may see, by the same plan compiler as every read.
import { RelataError } from '../../sdk/errors.ts'
import { ALONE, type Actor } from '../actor.ts'
import type { OutboxEvent } from '../events/contract.ts'
import type { Seal } from '../plan/field-value.ts'
import { type Context, makeContext } from '../run/context.ts'
import type { Queryable } from '../run/database.ts'
import { getRecord } from '../run/read-records.ts'
import { visibleIds } from '../run/visible-ids.ts'
import type { EntityModel } from '../catalog/model.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { MessageBody } from './message.ts'
import type { Webhook } from './webhook-rows.ts'

/** Nobody's own: records of a person are never those of a webhook. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

export function actorOf({ tenant }: LoadedTenant, { name, role }: Pick<Webhook, 'name' | 'role'>): Actor {
  return {
    kind: 'key',
    tenant: tenant.slug,
    userId: NOBODY,
    displayName: name,
    email: null,
    roles: [role],
    circle: ALONE,
    keyId: null,
    locale: 'en',
    timeZone: 'UTC',
  }
}

/** @returns null: there is nothing in it that the role may see */
export async function contentsFor(
  loaded: LoadedTenant,
  database: Queryable,
  seal: Seal,
  webhook: Pick<Webhook, 'name' | 'role'>,
  event: OutboxEvent,
): Promise<MessageBody | null> {
  const entity = loaded.model.byId(event.entity)
  if (!entity) return null
  const context = makeContext(loaded, actorOf(loaded, webhook), seal)
  if (!context.rights.can(entity, 'read')) return null
  const changed = readableNames(context, entity, event.changed)
  if (event.operation === 'update' && event.changed.length > 0 && changed.length === 0) return null
  const ids = await visibleIds(context, database, entity, event.records)
  const [only] = ids
  if (only === undefined) return null
  const record = ids.length === 1 ? await recordNow(context, database, entity, only) : null
  const { id, at, operation, version } = event
  return { id, at, entity: entity.entity.name, operation, ids, version, changed, record }
}

function readableNames({ rights }: Context, entity: EntityModel, ids: readonly string[]): string[] {
  return entity.entity.fields.flatMap((field) => {
    const isTold = ids.includes(field.id) && rights.field(entity, field) !== 'none'
    return isTold ? [field.name] : []
  })
}

async function recordNow(context: Context, database: Queryable, entity: EntityModel, id: string) {
  try {
    const request = { select: undefined, expand: [], isTrash: false }
    return (await getRecord(context, database, entity, id, request)).body
  } catch (error) {
    if (error instanceof RelataError && error.code === 'RL205') return null
    throw error
  }
}
