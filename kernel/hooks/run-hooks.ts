// Asks the hooks of one save, or of a few records of a load, one after the other in the order of dependency: each sees
// what those before it changed. A refusal ends it, a failure does where the hook says so.
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { RelataError } from '../../sdk/errors.ts'
import { Text } from '../../sdk/metadata/source.ts'
import type { BeforeHook, RecordOperation } from '../../sdk/plugin/behaviour.ts'
import type { BeforeInput } from '../../sdk/plugin/bridge.ts'
import type { EntityModel } from '../catalog/model.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import type { ActivePlugin, Hooked } from '../plugins/contract.ts'
import { failureError, refusedError } from '../plugins/act/failure.ts'
import { invokePlugin } from '../plugins/act/invoke.ts'
import type { Records } from '../plugins/act/own-transaction.ts'
import { narrowed } from '../plugins/act/plugin-actor.ts'
import type { Context } from '../run/context.ts'
import type { View } from './preview.ts'
import { fieldsToSet, invalidSetting, type Subject } from './set-fields.ts'

export interface Save {
  context: Context
  /** What hooks read. */
  records: Records
  entity: EntityModel
  operation: RecordOperation
  hooks: readonly Hooked<BeforeHook>[]
  /**
   * Subjects as they would be written now, for these eyes; those that there is nothing to say about are left out.
   * @throws RL206
   */
  look(eyes: Context, subjects: readonly Subject[]): Promise<readonly View[]>
}

export interface Refused {
  id: string
  error: RelataError
}

const Answer = TypeCompiler.Compile(
  Type.Object({
    results: Type.Array(
      Type.Union([
        Type.Object({ set: Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()) }),
        Type.Object({
          refused: Type.Object({ message: Text, field: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]) }),
        }),
      ]),
    ),
  }),
)

/** Changes the subjects. @returns those that a plugin refused @throws RL301 RL401 RL403–RL407 a hook that must not be skipped failed */
export async function runHooks(room: ActRoom, save: Save, subjects: readonly Subject[]): Promise<Refused[]> {
  const refused: Refused[] = []
  let views: readonly View[] = []
  let seenBy: ActivePlugin | undefined
  for (const { plugin, hook } of save.hooks) {
    const left = subjects.filter(({ id }) => !refused.some((one) => one.id === id))
    if (left.length === 0) break
    const eyes = narrowed(save.context, plugin)
    try {
      if (seenBy !== plugin) views = await save.look(eyes, left)
      seenBy = plugin
      const asked = views.filter((view) => isAsked(save, hook, view) && left.some(({ id }) => id === view.id))
      if (asked.length === 0) continue
      const results = await ask(room, save, { plugin, hook }, eyes, asked)
      const changed = takeResults(save, { plugin, hook }, left, asked, results, refused)
      if (changed.length === 0) continue
      // Looked at anew, which checks what was set; who comes next sees it.
      views = await save.look(eyes, left).catch((error: unknown) => {
        for (const undo of changed) undo()
        throw isInvalid(error) ? invalidSetting({ context: save.context, plugin, hook: hook.name }, error) : error
      })
    } catch (error) {
      seenBy = undefined
      if (!(error instanceof RelataError) || hook.onFailure !== 'skip' || !isOfPlugin(error)) throw error
      tell(room, save, plugin, hook, error)
    }
  }
  return refused
}

const isInvalid = (error: unknown): error is RelataError => error instanceof RelataError && error.code === 'RL206'

/** What a plugin does wrong, or cannot do now. */
const isOfPlugin = ({ code }: RelataError): boolean =>
  ['RL301', 'RL401', 'RL403', 'RL404', 'RL405', 'RL406', 'RL407'].includes(code)

function isAsked({ operation, entity }: Save, { fields }: BeforeHook, { changed }: View): boolean {
  if (operation !== 'update' || !fields) return true
  return fields.some((name) => changed.includes(entity.field(name)?.name ?? name))
}

type Result = { set: Record<string, unknown> } | { refused: { message: Text; field: string | null } }

async function ask(
  room: ActRoom,
  { context, records, operation }: Save,
  { plugin, hook }: Hooked<BeforeHook>,
  eyes: Context,
  views: readonly View[],
): Promise<readonly Result[]> {
  const entry = { kind: 'before', name: hook.name } as const
  const events: BeforeInput['events'] = views.map(({ record, before, changed }) => ({
    operation,
    record,
    before,
    changed,
  }))
  const call = { plugin, entry, input: { events }, context: eyes, records, size: views.length }
  const outcome = await invokePlugin(room, call)
  if (!outcome.ok) throw failureError(context.model, plugin, entry, outcome.failure)
  const { value } = outcome
  if (Answer.Check(value) && value.results.length === views.length) return value.results
  const error = { name: 'Error', message: 'It gave no answer for each record.', stack: '' }
  throw failureError(context.model, plugin, entry, { kind: 'failed', error })
}

/** @returns what undoes each change */
function takeResults(
  { context, entity, operation }: Save,
  { plugin, hook }: Hooked<BeforeHook>,
  subjects: readonly Subject[],
  views: readonly View[],
  results: readonly Result[],
  refused: Refused[],
): (() => void)[] {
  const refusals: Refused[] = []
  const settings: { subject: Subject; values: Record<string, unknown>; free: string[] }[] = []
  for (const [index, view] of views.entries()) {
    const result = results[index]
    const subject = subjects.find(({ id }) => id === view.id)
    if (!result || !subject) continue
    if ('refused' in result) {
      const { message, field } = result.refused
      refusals.push({ id: view.id, error: refusedError(plugin.name, message, field) })
    } else if (Object.keys(result.set).length > 0) {
      if (operation !== 'create' && operation !== 'update') throw nothingToSet(context, plugin, hook)
      const setting = { context, entity, plugin, hook: hook.name, write: operation }
      settings.push({ subject, ...fieldsToSet(setting, view, result.set) })
    }
  }
  refused.push(...refusals)
  return settings
    .filter(({ values }) => Object.keys(values).length > 0)
    .map(({ subject, values, free }) => {
      const [body, before] = [{ ...subject.body }, new Set(subject.free)]
      for (const name of Object.keys(subject.body)) {
        const canonical = entity.field(name)?.name ?? name
        if (canonical !== name && Object.hasOwn(values, canonical)) delete subject.body[name]
      }
      Object.assign(subject.body, values)
      for (const name of free) subject.free.add(name)
      return () => {
        subject.body = body
        subject.free = before
      }
    })
}

function nothingToSet({ model }: Context, plugin: ActivePlugin, hook: BeforeHook): RelataError {
  const error = { name: 'Error', message: 'It sets fields of a record that goes or comes back.', stack: '' }
  return failureError(model, plugin, { kind: 'before', name: hook.name }, { kind: 'failed', error })
}

/** What the run itself told the journal already is not told twice. */
function tell(room: ActRoom, { context }: Save, plugin: ActivePlugin, hook: BeforeHook, error: RelataError): void {
  if (error.code !== 'RL404' && error.code !== 'RL301') return
  const { tenant } = context.loaded
  const run = { tenant, plugin, kind: 'before', entry: hook.name, actor: context.actor.userId } as const
  const grants = error.members['grants']
  room.journal.denied(run, Array.isArray(grants) ? grants.join(', ') : error.code, error.message)
}
