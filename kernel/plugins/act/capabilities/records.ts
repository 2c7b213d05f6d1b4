// Records, by the same plans and statements as everybody's: there is no other way to them.
import { Type } from '@sinclair/typebox'
import { RelataError } from '../../../../sdk/errors.ts'
import type { RecordOperation } from '../../../../sdk/plugin/behaviour.ts'
import type { EntityModel } from '../../../catalog/model.ts'
import { parseListRequest } from '../../../parse/list-request.ts'
import { parseSelect } from '../../../parse/select-syntax.ts'
import { fieldsNotGranted, notGranted } from '../../../plan/plugin-rights.ts'
import { getRecord, listRecords } from '../../../run/read-records.ts'
import { deleteRecord, restoreRecord } from '../../../run/trash-records.ts'
import { createRecord, updateRecord } from '../../../run/write-records.ts'
import { type Capability, capability, isCaught, type Run } from './call.ts'

const strict = { additionalProperties: false }
const entity = Type.String({ maxLength: 100 })
const id = Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' })
const text = Type.Optional(Type.String({ maxLength: 10_000 }))
const filter = Type.Optional(Type.Unknown())
const values = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown())

export const RECORD_CAPABILITIES: readonly Capability[] = [
  capability('records.get', Type.Object({ entity, id, select: text }, strict), async (run, args) => {
    run.counters.add('queries')
    const target = run.context.model.entity(args.entity)
    run.context.rights.require(target, 'read')
    const request = { ...WHOLE, select: args.select === undefined ? undefined : parseSelect(args.select) }
    const found = await run.records
      .read((queryable) => getRecord(run.context, queryable, target, args.id.toLowerCase(), request))
      .catch(absent)
    if (found) run.counters.add('rowsRead')
    return found && JSON.parse(found.body)
  }),

  capability(
    'records.list',
    Type.Object(
      {
        ...{ entity, filter, sort: text, select: text, q: text, cursor: text },
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      },
      strict,
    ),
    async (run, args) => {
      const answer = await list(run, args)
      run.counters.add('rowsRead', answer.data.length)
      return { data: answer.data, next: answer.next }
    },
  ),

  capability('records.count', Type.Object({ entity, filter }, strict), async (run, args) => {
    const answer = await list(run, { ...args, limit: 1, count: 'exact' })
    return answer.count?.value ?? 0
  }),

  capability('records.create', Type.Object({ entity, values }, strict), async (run, args) => {
    const target = writing(run, args.entity)
    requireFields(run, target, 'create', args.values)
    const made = await run.records.write((tx) => createRecord(run.context, { tx }, target, args.values))
    wrote(run, 'create', target, made.id, args.values)
    return JSON.parse(made.body)
  }),

  capability(
    'records.update',
    Type.Object({ entity, id, values, version: Type.Optional(Type.Integer({ minimum: 1 })) }, strict),
    async (run, args) => {
      const target = writing(run, args.entity)
      requireFields(run, target, 'update', args.values)
      const changed = await run.records.write((tx) =>
        updateRecord(run.context, { tx }, target, args.id.toLowerCase(), args.version, args.values),
      )
      wrote(run, 'update', target, changed.id, args.values)
      return JSON.parse(changed.body)
    },
  ),

  capability('records.delete', Type.Object({ entity, id }, strict), async (run, args) => {
    const target = writing(run, args.entity)
    await run.records.write((tx) => deleteRecord(run.context, { tx }, target, args.id.toLowerCase(), undefined))
    wrote(run, 'delete', target, args.id.toLowerCase())
    return null
  }),

  capability('records.restore', Type.Object({ entity, id }, strict), async (run, args) => {
    const target = writing(run, args.entity)
    await run.records.write((tx) => restoreRecord(run.context, { tx }, target, args.id.toLowerCase()))
    wrote(run, 'restore', target, args.id.toLowerCase())
    return null
  }),
]

/** Those that change nothing: what hooks within a save are given. */
export const READING: readonly string[] = ['records.get', 'records.list', 'records.count']

const WHOLE = { select: undefined, expand: [], isTrash: false }

function writing(run: Run, name: string): EntityModel {
  run.counters.add('writes')
  run.counters.add('rowsWritten')
  return run.context.model.entity(name)
}

function wrote(
  run: Run,
  operation: RecordOperation,
  { entity: { name } }: EntityModel,
  recordId: string,
  given?: Readonly<Record<string, unknown>>,
): void {
  run.onWritten(name, recordId)
  const what = operation === 'create' ? `create ${name}` : `${operation} ${name} ${recordId}`
  isCaught(run, 'write', what, given ? JSON.stringify(given) : null)
}

/** @throws RL404 with every field that it was not granted */
function requireFields(
  { plugin, context }: Run,
  target: EntityModel,
  write: 'create' | 'update',
  given: Readonly<Record<string, unknown>>,
): void {
  const missing = fieldsNotGranted(context.model, plugin, target, write, Object.keys(given))
  if (missing.length > 0) throw notGranted(plugin.name, target, write, missing)
}

async function list(run: Run, args: Readonly<Record<string, unknown>> & { entity: string }) {
  run.counters.add('queries')
  const target = run.context.model.entity(args.entity)
  run.context.rights.require(target, 'read')
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(args))
    if (name !== 'entity' && value !== undefined)
      query.set(name, name === 'filter' ? JSON.stringify(value) : String(value))
  const request = parseListRequest(query)
  const body = await run.records.read((queryable) => listRecords(run.context, queryable, target, request))
  const answer: { data: unknown[]; next: string | null; count?: { value: number } } = JSON.parse(body)
  return answer
}

/** One that is not there, or not for them. */
function absent(error: unknown): null {
  if (error instanceof RelataError && error.code === 'RL205') return null
  throw error
}
