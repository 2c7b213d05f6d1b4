// Before-hooks in the road of a write (run/before-hooks.ts). Nothing here runs for an entity on which no plugin has one.
import { RelataError } from '../../sdk/errors.ts'
import type { RecordOperation } from '../../sdk/plugin/behaviour.ts'
import type { EntityModel } from '../catalog/model.ts'
import { sealInto } from '../plan/field-value.ts'
import type { PlannedRow } from '../plan/row-plan.ts'
import { planWrite } from '../plan/write-plan.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import { readsOf } from '../plugins/act/own-transaction.ts'
import type { BeforeHooks } from '../run/before-hooks.ts'
import type { Context } from '../run/context.ts'
import { newId } from '../run/new-id.ts'
import { type View, viewOfChange, viewOfNew, viewsOfRecords, viewsOfRows } from './preview.ts'
import { runHooks } from './run-hooks.ts'
import type { Subject } from './set-fields.ts'

/** @param room asked for when the first hook runs: the rooms know each other */
export function createBeforeHooks(room: () => ActRoom): BeforeHooks {
  return {
    async create(context, queryable, entity, id, given) {
      const hooks = hooksOf(context, entity, 'create')
      const subject = subjectOf(id, given)
      tellAllProblems(context, entity, subject)
      const look = async (eyes: Context) => some(await viewOfNew(context, eyes, queryable, entity, subject))
      const refused = await runHooks(
        room(),
        { context, records: readsOf(queryable), entity, operation: 'create', hooks, look },
        [subject],
      )
      throwFirst(refused)
      return subject
    },

    async update(context, queryable, entity, { id, version, body }) {
      const subject = subjectOf(id, body)
      const names = Object.keys(subject.body).map((name) => entity.field(name)?.name ?? name)
      const all = hooksOf(context, entity, 'update')
      const mayConcern = (fields: readonly string[] | undefined): boolean =>
        !fields || fields.some((name) => isMoved(entity, entity.field(name)?.name ?? name, names))
      // A hook that sets something may be what a later one waits for.
      if (!all.some(({ hook }) => mayConcern(hook.fields))) return undefined
      let seen: number | undefined
      const look = async (eyes: Context) => {
        const view = await viewOfChange(context, eyes, queryable, entity, subject, seen ?? version)
        if (seen !== undefined && !view) throw movedOn()
        seen = view?.version
        return some(view)
      }
      const save = { context, records: readsOf(queryable), entity, operation: 'update', hooks: all, look } as const
      throwFirst(await runHooks(room(), save, [subject]))
      return seen === undefined ? undefined : { ...subject, version: seen }
    },

    async remove(context, queryable, entity, id, operation) {
      const hooks = hooksOf(context, entity, operation)
      let seen: number | undefined
      const look = async (eyes: Context) => {
        const views = await viewsOfRecords(context, eyes, queryable, entity, [id], operation)
        seen ??= views[0]?.version
        return views.map((view) => ({ ...view, before: view.record }))
      }
      const subject = { id, body: {}, free: new Set<string>() }
      throwFirst(
        await runHooks(room(), { context, records: readsOf(queryable), entity, operation, hooks, look }, [subject]),
      )
      return seen
    },

    async rows(context, queryable, entity, plan, rows) {
      const hooks = hooksOf(context, entity, 'create')
      const planned = new Map<string, PlannedRow>()
      const subjects = rows.map(({ values }) => {
        const first = plan.plan(values, newId)
        const subject = subjectOf(first.cells[0] ?? '', values)
        planned.set(subject.id, first)
        return subject
      })
      const replan = (subject: Subject) => {
        const again = plan.plan(subject.body, () => subject.id, subject.free)
        planned.set(subject.id, again)
        return again
      }
      const look = async (eyes: Context, all: readonly Subject[]) => {
        const ready = all.map((subject) => ({ planned: replan(subject), names: Object.keys(subject.body) }))
        return viewsOfRows(
          context,
          eyes,
          queryable,
          entity,
          plan,
          ready.filter((one) => isFillable(one.planned)),
        )
      }
      const save = { context, records: readsOf(queryable), entity, operation: 'create', hooks, look } as const
      const refused = await runHooks(room(), save, subjects)
      return subjects.map((subject) => {
        const last = planned.get(subject.id) ?? replan(subject)
        const error = refused.find(({ id }) => id === subject.id)?.error
        return error ? { ok: false, cells: last.cells, problems: [...error.problems] } : last
      })
    },
  }
}

const hooksOf = ({ loaded }: Context, { entity }: EntityModel, operation: RecordOperation) =>
  loaded.plugins.before(entity.name, operation)

function subjectOf(id: string, body: unknown): Subject {
  const members = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined
  if (!members) throw new RelataError('RL100', 'The body must be a JSON object with the fields of the record.')
  return { id, body: { ...members }, free: new Set() }
}

const some = (view: View | undefined): View[] => (view ? [view] : [])

function throwFirst(refused: readonly { error: RelataError }[]): void {
  const [first] = refused
  if (first) throw first.error
}

const movedOn = (): RelataError => new RelataError('RL208', 'The record was changed while plugins looked at it.')

/** A hook may fill in what is required; anything else is told before it is asked, all at once. */
function tellAllProblems(context: Context, entity: EntityModel, { id, body }: Subject): void {
  try {
    planWrite(context, entity, body, 'create', sealInto(context.seal, context.model, entity, id))
  } catch (error) {
    if (!(error instanceof RelataError) || error.problems.some(({ key }) => key !== 'required')) throw error
  }
}

const isFillable = (planned: PlannedRow): boolean =>
  planned.ok || planned.problems.every(({ key }) => key === 'required')

/** By what a change sets: itself, or because it is made of other fields. */
function isMoved(entity: EntityModel, name: string, names: readonly string[]): boolean {
  const field = entity.field(name)
  return names.includes(name) || field?.computed !== undefined || field?.options.rateDate !== undefined
}
