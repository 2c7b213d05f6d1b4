import { action, beforeSave, definePlugin } from 'relata/plugin'

export default definePlugin([
  beforeSave('my_plugin.reminder', { name: 'set_day', on: ['create'] }, ({ record }, { now, settings }) =>
    record.due_on === null ? { due_on: dayAfter(now, settings.days ?? 7) } : undefined,
  ),

  action('my_plugin.postpone', async ({ ids, input }, { now, records }) => {
    for (const id of ids) {
      const reminder = await records.get('my_plugin.reminder', id)
      if (!reminder) continue
      await records.update('my_plugin.reminder', id, {
        due_on: dayAfter(reminder.due_on ?? now, input.days),
        postponed: (reminder.postponed ?? 0) + 1,
      })
    }
    return { message: ids.length === 1 ? 'The reminder is postponed.' : `${ids.length} reminders are postponed.` }
  }),
])

/** The day so many days after a day or an instant. */
function dayAfter(start: string, days: number): string {
  const date = new Date(start)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
