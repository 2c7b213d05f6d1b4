// Who may do what with one record, and by what: for one person, or for everybody.
import { RelataError } from '../../sdk/errors.ts'
import { type AccessAnswer, type PeopleAnswer, RECORD_OPERATIONS } from '../../sdk/wire/access.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import type { Actor } from '../actor.ts'
import type { EntityModel } from '../catalog/model.ts'
import { canAdminister } from '../catalog/rights.ts'
import { isReadableRight } from '../plan/field-rights.ts'
import { rightsOf } from '../plan/rights.ts'
import { requireRecords } from '../run/access.ts'
import { type Context, makeContext } from '../run/context.ts'
import type { Queryable } from '../run/database.ts'
import { explainAccess, type Explained } from '../run/explain-access.ts'
import { getRecord, noSuchRecord } from '../run/read-records.ts'
import { readShares } from '../run/shares.ts'
import { findUser, listUsers, type UserWindow, withCircle } from './user-actors.ts'

/** Of people whose rights have to be looked at one by one so many are looked at for one answer. */
const MOST_EXAMINED = 200

/**
 * Everybody may ask about themselves, of records that they may read; about others who administers or may share the
 * record.
 * @throws RL205 RL301
 */
export async function whyMay(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  userId: string,
): Promise<AccessAnswer> {
  const isOther = userId !== context.actor.userId
  const record = await readRecord(context, database, entity, id)
  if (isOther) await requireInsight(context, database, entity, id)
  const found = isOther ? await findUser(database, context.loaded, userId) : context.actor
  if (!found)
    throw new RelataError('RL205', 'There is no such user, or they are not active: they may do nothing with it.')
  const person = isOther ? await withCircle(database, context.loaded, found) : found
  const shares = await readShares(context, database, entity, id)
  const asked = isOther ? asPerson(context, person) : context
  const explained = await explainAccess(asked, database, entity, id, shares)
  if (!explained) throw noSuchRecord(entity, id)
  return {
    user: { id: person.userId, display_name: person.displayName, kind: person.kind },
    operations: explained.operations,
    fields: fieldsOf(context, asked, entity),
    parents: parentsOf(entity, record, explained),
  }
}

/** Pages by name; a page may hold fewer than asked for, even none, and yet not be the last. */
export interface Readers {
  data: PeopleAnswer['data']
  /** Where to go on; undefined: nobody is left. */
  next: UserWindow['after']
}

/** Those who may read the record. @throws RL205 RL301 */
export async function whoMay(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  window: UserWindow,
): Promise<Readers> {
  await readRecord(context, database, entity, id)
  await requireInsight(context, database, entity, id)
  const shares = await readShares(context, database, entity, id)
  const data: PeopleAnswer['data'][number][] = []
  let { after } = window
  let examined = 0
  for (;;) {
    const users = await listUsers(database, context.loaded, { ...window, after })
    for (const user of users) {
      if (data.length >= window.limit || examined >= MOST_EXAMINED) return { data, next: after }
      after = [user.displayName, user.userId]
      if (!rightsOf(context.model, user).can(entity, 'read')) continue
      examined++
      const person = await withCircle(database, context.loaded, user)
      const found = await explainAccess(asPerson(context, person), database, entity, id, shares)
      if (found?.operations.read.allowed) data.push(personOf(person, found))
    }
    if (users.length < window.limit) return { data, next: undefined }
  }
}

const personOf = ({ userId, displayName, kind }: Actor, { operations }: Explained): PeopleAnswer['data'][number] => ({
  id: userId,
  display_name: displayName,
  kind,
  operations: RECORD_OPERATIONS.filter((operation) => operations[operation].allowed),
  reasons: operations.read.reasons,
})

const asPerson = ({ loaded, seal }: Context, person: Actor): Context => makeContext(loaded, person, seal)

/** @throws RL301 */
async function requireInsight(context: Context, database: Queryable, entity: EntityModel, id: string): Promise<void> {
  if (canAdminister(context.model, context.actor)) return
  context.rights.require(entity, 'share')
  await requireRecords(context, database, entity, [id], 'share')
}

/** The records that it hangs on, as far as whoever asks may know. @throws RL205 not there, or not for them */
async function readRecord(context: Context, database: Queryable, entity: EntityModel, id: string): Promise<WireRecord> {
  const names = entity.entity.accessFrom.filter((name) => {
    const field = entity.field(name)
    return field && isReadableRight(context.rights.field(entity, field))
  })
  const select = [{ name: 'id' }, ...names.map((name) => ({ name, children: [{ name: 'display_name' }] }))]
  const read = (isTrash: boolean) => getRecord(context, database, entity, id, { select, expand: [], isTrash })
  try {
    return JSON.parse((await read(false)).body)
  } catch (error) {
    if (!(error instanceof RelataError) || error.code !== 'RL205') throw error
    return JSON.parse((await read(true)).body)
  }
}

function parentsOf(entity: EntityModel, record: WireRecord, { parents }: Explained): AccessAnswer['parents'] {
  return parents.flatMap(({ field, allowed }) => {
    const value = record[field]
    const id = partOf(value, 'id')
    if (id === null) return []
    const target = partOf(value, 'entity') ?? entity.field(field)?.options.to?.[0] ?? ''
    return [{ field, entity: target, id, display_name: partOf(value, 'display_name'), allowed }]
  })
}

function partOf(value: WireValue | undefined, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const found = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : null
}

function fieldsOf({ rights }: Context, asked: Context, entity: EntityModel): AccessAnswer['fields'] {
  return entity.entity.fields.flatMap((field) => {
    const right = asked.rights.field(entity, field)
    return right === 'edit' || rights.field(entity, field) === 'none' ? [] : [{ name: field.name, right }]
  })
}
