import { action, afterSave, beforeSave, definePlugin, job } from 'relata/plugin'

export default definePlugin([
  // While a visit is saved: check the day, and work out when to go again.
  beforeSave(
    'visits.visit',
    { name: 'next_day', on: ['create', 'update'], fields: ['visited_on', 'outcome'] },
    ({ record, changed, refuse }, { now, settings }) => {
      if (record.visited_on > now.slice(0, 10)) refuse('A visit is written down after it took place.', 'visited_on')
      if (changed.includes('next_on') || record.outcome === null) return undefined
      const weeks = settings.weeks ?? 6
      return { next_on: dayAfter(record.visited_on, 7 * (record.outcome === 'good' ? weeks : 1)) }
    },
  ),

  // When it is saved: the organisation shows its last visit.
  afterSave(
    'visits.visit',
    { name: 'last_visit', on: ['create', 'update', 'delete', 'restore'] },
    async ({ record, recordId }, { records, log }) => {
      if (record === null) return log.debug('The visit is gone', recordId)
      const filter = { '==': [{ var: 'organisation' }, record.organisation] }
      const { data } = await records.list('visits.visit', { filter, sort: '-visited_on', limit: 1 })
      await records.update('base.organisation', record.organisation, {
        visits_last_on: data[0]?.visited_on ?? null,
      })
    },
  ),

  // A button on organisations, one or many.
  action('visits.plan', async ({ ids, input }, { records }) => {
    for (const id of ids) {
      await records.create('base.task', {
        subject: input.why ?? 'Visit',
        about: { entity: 'base.organisation', id },
        due_at: { at: `${input.day}T09:00:00Z`, zone: 'UTC' },
      })
    }
    return { message: ids.length === 1 ? 'The visit is planned.' : `${ids.length} visits are planned.` }
  }),

  // Every working day at six.
  job({ name: 'remind', schedule: '0 6 * * 1-5' }, async (_event, { now, records, mail, settings }) => {
    if (settings.remind === null) return
    const due = { '<=': [{ var: 'next_on' }, now.slice(0, 10)] }
    const { data } = await records.list('visits.visit', { filter: due, sort: 'next_on', limit: 100 })
    const lines: string[] = []
    for (const visit of data) {
      const organisation = await records.get('base.organisation', visit.organisation)
      lines.push(`${visit.next_on}  ${organisation?.name}`)
    }
    if (lines.length === 0) return
    await mail.send({ to: settings.remind, subject: `${lines.length} visits are due`, text: lines.join('\n') })
  }),
])

function dayAfter(day: string, days: number): string {
  const date = new Date(day)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
