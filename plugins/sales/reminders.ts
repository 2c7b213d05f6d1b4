// Every night: a task for the owner of each deal that nothing happens to, whose close date has passed or whose next step
// is due. One at a time of a kind: as long as such a task is open, there is no second one.
import type { Context, RecordOf, WriteOf } from 'relata/plugin'
import type { Opportunity } from './stages.ts'

type Kind = NonNullable<RecordOf<'base.task'>['sales_reminder']>

const v = (name: string) => ({ var: name })
const OPEN = { '==': [v('state'), 'open'] }
const TODAY = { today: [] }
const days = (count: unknown) => ({ subtract: [{ now: [] }, count, 'days'] })

const noTaskYet = (kind: Kind) => ({
  none: [
    'base.task.about',
    { and: [{ '==': [v('sales_reminder'), kind] }, { in: [v('state'), ['planned', 'in_progress']] }] },
  ],
})

/** Nothing was changed and nothing was noted for as many days as the stage, or else the settings, say. */
function staleSince(staleDays: number) {
  const since = days({ var: ['stage.stale_after_days', staleDays] })
  const quiet = ['base.task.about', 'base.call.about', 'base.meeting.about', 'base.note.about'].map((relation) => ({
    none: [relation, { '>=': [v('created_at'), since] }],
  }))
  return { and: [{ '<': [v('updated_at'), since] }, ...quiet] }
}

export const FILTERS: Readonly<Record<Kind, (staleDays: number) => unknown>> = {
  stale: (staleDays) => ({ and: [OPEN, staleSince(staleDays), noTaskYet('stale')] }),
  overdue: () => ({ and: [OPEN, { '<': [v('close_date'), TODAY] }, noTaskYet('overdue')] }),
  follow_up: () => ({ and: [OPEN, { '<=': [v('next_step_on'), TODAY] }, noTaskYet('follow_up')] }),
}

/** At once in one run; the rest in the next, which follows at once. */
const PAGE = 50

/** @returns how many tasks it made; as many as PAGE: there may be more */
export async function remind(kind: Kind, { records, settings, now }: Context): Promise<number> {
  const filter = FILTERS[kind](settings.stale_days ?? 14)
  const { data } = await records.list('sales.opportunity', { filter, sort: 'updated_at', limit: PAGE })
  const languages = await languagesOf(records, data)
  for (const deal of data)
    await records.create('base.task', taskFor(kind, deal, languages.get(deal.owner ?? '') ?? 'en', now))
  return data.length
}

/** Finds for one night everything that is due, a page after the other, each in a run of its own. */
export async function remindAll(context: Context): Promise<void> {
  const { settings, jobs, log } = context
  const wanted: readonly (readonly [Kind, boolean | null])[] = [
    ['overdue', settings.remind_overdue],
    ['follow_up', settings.remind_next_step],
    ['stale', settings.remind_stale],
  ]
  for (const [kind, isWanted] of wanted) {
    if (isWanted === false) continue
    const made = await remind(kind, context)
    if (made > 0) log.info(`Reminded of ${made} deals`, { kind })
    if (made === PAGE) return jobs.start('remind')
  }
}

async function languagesOf(records: Context['records'], deals: readonly Opportunity[]): Promise<Map<string, string>> {
  const owners = [...new Set(deals.flatMap(({ owner }) => owner ?? []))]
  if (owners.length === 0) return new Map()
  const { data } = await records.list('system.user', { filter: { in: [v('id'), owners] }, limit: PAGE })
  return new Map(data.map(({ id, locale }) => [id, (locale ?? 'en').slice(0, 2)]))
}

const SUBJECTS: Readonly<Record<Kind, Readonly<Record<string, (name: string) => string>>>> = {
  stale: {
    en: (name) => `Nothing has happened to “${name}”`,
    ru: (name) => `По сделке «${name}» ничего не происходит`,
    de: (name) => `Bei „${name}“ tut sich nichts`,
  },
  overdue: {
    en: (name) => `The close date of “${name}” has passed`,
    ru: (name) => `Дата закрытия сделки «${name}» прошла`,
    de: (name) => `Das Abschlussdatum von „${name}“ ist vorbei`,
  },
  follow_up: {
    en: (name) => `Next step of “${name}”`,
    ru: (name) => `Следующий шаг по сделке «${name}»`,
    de: (name) => `Nächster Schritt bei „${name}“`,
  },
}

export function taskFor(kind: Kind, deal: Opportunity, language: string, now: string): WriteOf<'base.task'> {
  const subject = SUBJECTS[kind][language] ?? SUBJECTS[kind]['en']
  return {
    subject: (subject?.(deal.name) ?? deal.name).slice(0, 200),
    description: kind === 'follow_up' ? deal.next_step : null,
    about: { entity: 'sales.opportunity', id: deal.id },
    assigned_to: deal.owner,
    owner: deal.owner,
    due_at: { at: `${now.slice(0, 10)}T16:00:00Z`, zone: 'UTC' },
    priority: kind === 'overdue' ? 'high' : 'normal',
    sales_reminder: kind,
  }
}
