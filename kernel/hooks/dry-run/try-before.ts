// A hook within a save, tried on a record as if the last change of it were made once more.
import type { BeforeHook } from '../../../sdk/plugin/behaviour.ts'
import type { EntityModel } from '../../catalog/model.ts'
import { isReadableRight } from '../../plan/field-rights.ts'
import { recordsIn } from '../../plugins/act/own-transaction.ts'
import type { Context } from '../../run/context.ts'
import { type View, viewOfChange, viewsOfRecords } from '../preview.ts'
import { runHooks } from '../run-hooks.ts'
import type { Subject } from '../set-fields.ts'
import type { DryWorld } from './dry-world.ts'
import type { RealChange } from './real-changes.ts'
import { failed, NOTHING, refused, type Tried } from './tried.ts'

/** @param subject what hooks before this one have set, and this one adds to @returns undefined: it is not asked */
export async function tryBefore(
  { room, context, candidate, tx }: DryWorld,
  entity: EntityModel,
  hook: BeforeHook,
  subject: Subject,
  change: RealChange,
): Promise<Tried | undefined> {
  const records = recordsIn(tx)
  const seen: View[] = []
  const look = async (eyes: Context, [one]: readonly Subject[]): Promise<View[]> => {
    const view = one && (await records.read(() => viewAgain(context, eyes, tx, entity, one, change)))
    if (view) seen.push(view)
    return view ? [view] : []
  }
  const { operation } = change
  const set = { ...subject.body }
  // A failure is told, and not passed over.
  const hooks = [{ plugin: candidate.plugin, hook: { ...hook, onFailure: 'refuse' as const } }]
  try {
    const [no] = await runHooks(room, { context, records, entity, operation, hooks, look }, [subject])
    await records.idle()
    const [first, last] = [seen[0], seen.at(-1)]
    if (!first || !last) return undefined
    if (no) return refused(no.error)
    const changes = differences(context, entity, first, last, set, subject.body)
    return { ...NOTHING, outcome: changes.length > 0 ? 'changed' : 'nothing', changes }
  } catch (error) {
    await records.idle()
    return failed(error, candidate.sourceMap)
  }
}

async function viewAgain(
  context: Context,
  eyes: Context,
  tx: DryWorld['tx'],
  entity: EntityModel,
  subject: Subject,
  { operation, before }: RealChange,
): Promise<View | undefined> {
  if (operation === 'delete' || operation === 'restore') {
    const [view] = await viewsOfRecords(context, eyes, tx, entity, [subject.id], 'delete')
    return view && { ...view, before: view.record }
  }
  const view = await viewOfChange(context, eyes, tx, entity, subject, undefined)
  if (!view) return undefined
  if (operation === 'create') {
    const given = entity.entity.fields.filter(({ name, computed }) => !computed && (view.record[name] ?? null) !== null)
    return { ...view, before: null, changed: given.map(({ name }) => name) }
  }
  const known = Object.entries(before).filter(([name]) => name in view.record)
  const stored = view.before ?? view.record
  return {
    ...view,
    before: { ...stored, ...Object.fromEntries(known) },
    changed: [...new Set([...Object.keys(before), ...view.changed])],
  }
}

/** As the plugin sees them, with what follows from what it set; and what it set without being able to read it. */
function differences(
  { rights }: Context,
  entity: EntityModel,
  first: View,
  last: View,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Tried['changes'] {
  const fields = entity.entity.fields.filter((field) => isReadableRight(rights.field(entity, field)))
  return [...fields.map(({ name }) => name), 'owner', 'owner_team'].flatMap((field) => {
    const isSeen = field in first.record && field in last.record
    const [from, to] = isSeen ? [first.record[field], last.record[field]] : [before[field], after[field]]
    if (JSON.stringify(from) === JSON.stringify(to)) return []
    return [{ field, from: from ?? null, to: to ?? null }]
  })
}
