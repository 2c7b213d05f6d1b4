// What a migration may ask of its host: records, within the transaction that also keeps how far it is. What fails in the
// database is undone by itself, so that the step may go on; nothing else is there while the version before still runs.
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { RelataError } from '../../../sdk/errors.ts'
import { type Actor, ALONE } from '../../actor.ts'
import { AUTH_GUARDS } from '../../auth/guards.ts'
import { parseListRequest } from '../../parse/list-request.ts'
import { parseSelect } from '../../parse/select-syntax.ts'
import type { Seal } from '../../plan/field-value.ts'
import { pluginRights } from '../../plan/plugin-rights.ts'
import { actorInputs, environmentOf } from '../../run/actor-inputs.ts'
import type { Context } from '../../run/context.ts'
import type { Transaction } from '../../run/database.ts'
import { fromPostgres } from '../../run/postgres-error.ts'
import { getRecord, listRecords } from '../../run/read-records.ts'
import { deleteRecord, restoreRecord } from '../../run/trash-records.ts'
import { createRecord, updateRecord } from '../../run/write-records.ts'
import type { HostAnswer } from '../../sandbox/contract.ts'
import type { LoadedTenant } from '../../services.ts'
import type { ActivePlugin } from '../contract.ts'

const entity = Type.String({ maxLength: 100 })
const id = Type.String({ pattern: '^[0-9a-fA-F-]{36}$' })
const text = Type.Optional(Type.String({ maxLength: 10_000 }))
const values = Type.Record(Type.String(), Type.Unknown())
const object = Type.Object
const ARGS = {
  'records.get': object({ entity, id, select: text }),
  'records.list': object({
    ...{ entity, filter: Type.Optional(Type.Unknown()), sort: text, select: text, q: text, cursor: text },
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  }),
  'records.count': object({ entity, filter: Type.Optional(Type.Unknown()) }),
  'records.create': object({ entity, values }),
  'records.update': object({ entity, id, values, version: Type.Optional(Type.Integer()) }),
  'records.delete': object({ entity, id }),
  'records.restore': object({ entity, id }),
}

export function pluginContext(loaded: LoadedTenant, plugin: ActivePlugin, seal: Seal): Context {
  const { name, userId, grants } = plugin
  const actor: Actor = {
    kind: 'plugin',
    tenant: loaded.tenant.slug,
    userId,
    displayName: name,
    email: null,
    roles: [],
    circle: ALONE,
    keyId: null,
    locale: 'en',
    timeZone: 'UTC',
    plugin: { name, userId, grants, depth: 1 },
  }
  const environment = environmentOf(actor)
  const who = {
    actor,
    hooks: null,
    rights: pluginRights(loaded.model, { name, grants }),
    environment,
    inputs: actorInputs(actor, environment),
  }
  return { loaded, model: loaded.model, ...who, seal, guards: AUTH_GUARDS, acceptsDuplicates: true }
}

export function migrationHost(context: Context, tx: Transaction) {
  // One call after the other: they share a transaction.
  let last: Promise<unknown> = Promise.resolve()
  return (method: string, args: unknown): Promise<HostAnswer> => {
    const mine = last.then(() => answer(context, tx, method, args))
    last = mine
    return mine
  }
}

async function answer(context: Context, tx: Transaction, method: string, args: unknown): Promise<HostAnswer> {
  try {
    await tx.execute('SAVEPOINT host_call')
    const value = await ask(context, tx, method, args)
    await tx.execute('RELEASE SAVEPOINT host_call')
    return { ok: true, value }
  } catch (cause) {
    await tx.execute('ROLLBACK TO SAVEPOINT host_call').catch(() => undefined)
    const error = fromPostgres(cause)
    if (!(error instanceof RelataError) || !error.isPublic)
      return { ok: false, isFatal: true, error: { code: 'RL500', message: 'Something went wrong on the server.' } }
    const { code, message, hint } = error
    return { ok: false, error: { code, message, ...(hint === undefined ? {} : { hint }) } }
  }
}

async function ask(context: Context, tx: Transaction, method: string, args: unknown): Promise<unknown> {
  const model = (name: string) => context.model.entity(name)
  const one = async (name: string, recordId: string): Promise<unknown> =>
    JSON.parse((await getRecord(context, tx, model(name), recordId, WHOLE)).body)
  if (method === 'records.get' && Value.Check(ARGS[method], args)) {
    context.rights.require(model(args.entity), 'read')
    const select = args.select === undefined ? undefined : parseSelect(args.select)
    return getRecord(context, tx, model(args.entity), args.id, { ...WHOLE, select }).then(
      ({ body }) => JSON.parse(body),
      absent,
    )
  }
  if (method === 'records.list' && Value.Check(ARGS[method], args)) {
    context.rights.require(model(args.entity), 'read')
    return JSON.parse(await listRecords(context, tx, model(args.entity), parseListRequest(queryOf(args))))
  }
  if (method === 'records.count' && Value.Check(ARGS[method], args)) {
    context.rights.require(model(args.entity), 'read')
    const request = parseListRequest(queryOf({ filter: args.filter, limit: 1, count: 'exact' }))
    return JSON.parse(await listRecords(context, tx, model(args.entity), request)).count.value
  }
  if (method === 'records.create' && Value.Check(ARGS[method], args)) {
    const made = await createRecord(context, { tx }, model(args.entity), args.values)
    return one(args.entity, made.id)
  }
  if (method === 'records.update' && Value.Check(ARGS[method], args)) {
    await updateRecord(context, { tx }, model(args.entity), args.id, args.version, args.values)
    return one(args.entity, args.id)
  }
  if (method === 'records.delete' && Value.Check(ARGS[method], args)) {
    await deleteRecord(context, { tx }, model(args.entity), args.id, undefined)
    return null
  }
  if (method === 'records.restore' && Value.Check(ARGS[method], args)) {
    await restoreRecord(context, { tx }, model(args.entity), args.id)
    return null
  }
  if (Object.hasOwn(ARGS, method)) throw new RelataError('RL100', `The arguments of ${method} are not valid.`)
  throw new RelataError('RL404', `A migration may not ask for ${method}; it works with records alone.`)
}

const WHOLE = { select: undefined, expand: [], isTrash: false }

function absent(error: unknown): null {
  if (error instanceof RelataError && error.code === 'RL205') return null
  throw error
}

function queryOf(args: Readonly<Record<string, unknown>>): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(args))
    if (name !== 'entity' && value !== undefined)
      query.set(name, name === 'filter' ? JSON.stringify(value) : String(value))
  return query
}
