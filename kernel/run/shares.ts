// One record opened to a person, a team or a partner. Whoever may share a record does so, as far as their own right to
// it goes; the share itself is a record of the kernel, written with its history.
import { RelataError } from '../../sdk/errors.ts'
import { readInstant } from '../../sdk/fields/calendar.ts'
import { type Principal, type Share, SHARE_ACCESS, type ShareAccess } from '../../sdk/wire/access.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import type { EntityModel } from '../catalog/model.ts'
import { parseListRequest } from '../parse/list-request.ts'
import { ALL_RIGHTS } from '../plan/rights.ts'
import { SHARE_ENTITY } from '../sql/shared-with.ts'
import { requireRecords } from './access.ts'
import type { Context } from './context.ts'
import type { Database, Queryable } from './database.ts'
import { listRecords } from './read-records.ts'
import { deleteRecord } from './trash-records.ts'
import { createRecord, updateRecord } from './write-records.ts'

export interface NewShare {
  with: { entity: string; id: string }
  access: ShareAccess
  /** ISO 8601, in time to come. */
  until?: string | null | undefined
}

/** What a share gives, its giver must be allowed. */
const NEEDED: Readonly<Record<ShareAccess, readonly ('update' | 'delete')[]>> = {
  read: [],
  edit: ['update'],
  full: ['update', 'delete'],
}
const MOST = 500

/** Of one record, the latest first, those that have run out included; who may see them is asked by the caller. */
export async function readShares(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
): Promise<Share[]> {
  const system: Context = { ...context, rights: ALL_RIGHTS, hooks: null }
  const filter = { and: [{ in: [{ var: 'on.entity' }, namesOf(entity)] }, { '==': [{ var: 'on.id' }, id] }] }
  const query = new URLSearchParams({
    select: 'principal(display_name),access,until,created_at,created_by(display_name)',
    filter: JSON.stringify(filter),
    sort: '-created_at',
    limit: String(MOST),
  })
  const text = await listRecords(system, database, context.model.entity(SHARE_ENTITY), parseListRequest(query))
  const { data }: { data: WireRecord[] } = JSON.parse(text)
  return data.map(toShare)
}

const namesOf = ({ entity }: EntityModel): string[] => [entity.name, ...entity.aliases]

function toShare(record: WireRecord): Share {
  return {
    id: record.id,
    with: principalOf(record['principal']),
    access: SHARE_ACCESS.find((one) => one === record['access']) ?? 'read',
    until: textOf(record['until']),
    created_at: textOf(record['created_at']) ?? '',
    created_by: byOf(record['created_by']),
  }
}

const textOf = (value: WireValue | undefined): string | null => (typeof value === 'string' ? value : null)

function member(value: WireValue | undefined, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  return textOf(Object.entries(value).find(([key]) => key === name)?.[1])
}

const principalOf = (value: WireValue | undefined): Principal => ({
  entity: member(value, 'entity') ?? '',
  id: member(value, 'id') ?? '',
  display_name: member(value, 'display_name'),
})

function byOf(value: WireValue | undefined): Share['created_by'] {
  const id = member(value, 'id')
  return id === null ? null : { id, display_name: member(value, 'display_name') ?? '' }
}

/**
 * Shared with them already: how far, and until when, changes.
 * @throws RL205 RL206 RL301
 */
export async function shareRecord(
  context: Context,
  database: Database,
  entity: EntityModel,
  id: string,
  { with: principal, access, until }: NewShare,
): Promise<Share> {
  requireFuture(until)
  const shares = context.model.entity(SHARE_ENTITY)
  await database.transaction(async (tx) => {
    await requireRight(context, tx, entity, id, access)
    const target = context.model.entity(principal.entity)
    context.rights.require(target, 'read')
    await requireRecords(context, tx, target, [principal.id], 'read')
    const asSystem: Context = { ...context, rights: ALL_RIGHTS, hooks: null }
    const known = (await readShares(context, tx, entity, id)).find((one) => one.with.id === principal.id)
    const how = { access, until: until ?? null }
    if (known) await updateRecord(asSystem, { tx }, shares, known.id, undefined, how)
    else await createRecord(asSystem, { tx }, shares, { on: { entity: entity.entity.name, id }, principal, ...how })
  })
  const made = (await readShares(context, database, entity, id)).find((one) => one.with.id === principal.id)
  if (!made) throw new RelataError('RL205', 'The share was taken back meanwhile.')
  return made
}

/** @throws RL205 no such share of this record · RL301 */
export async function unshareRecord(
  context: Context,
  database: Database,
  entity: EntityModel,
  id: string,
  share: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    await requireRight(context, tx, entity, id, 'read')
    const known = (await readShares(context, tx, entity, id)).find((one) => one.id === share)
    if (!known) throw new RelataError('RL205', 'This record is not shared so, or no more.')
    const asSystem: Context = { ...context, rights: ALL_RIGHTS, hooks: null }
    await deleteRecord(asSystem, { tx }, context.model.entity(SHARE_ENTITY), share, undefined)
  })
}

/** @throws RL205 RL301 */
async function requireRight(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  id: string,
  access: ShareAccess,
): Promise<void> {
  for (const operation of ['share', ...NEEDED[access]] as const) {
    context.rights.require(entity, operation)
    await requireRecords(context, tx, entity, [id], operation)
  }
}

/** @throws RL206 */
function requireFuture(until: string | null | undefined): void {
  if (until === null || until === undefined) return
  const instant = readInstant(until)
  if (instant.ok && Date.parse(instant.text) > Date.now()) return
  const message = 'must be a time to come, such as 2027-01-31T12:00:00Z'
  throw new RelataError('RL206', 'Some values are not valid.', {
    problems: [{ path: '/until', key: 'not_in_future', message }],
  })
}
