import { assert, createTestTenant, test } from 'relata/plugin/testing'

test('a reminder without a day is due in a week', async () => {
  const tenant = await createTestTenant()
  const made = await tenant.records.create('my_plugin.reminder', { name: 'Call back' })
  assert.match(made.due_on ?? '', /^\d{4}-\d\d-\d\d$/)
})

test('it can be postponed', async () => {
  const tenant = await createTestTenant()
  const { id } = await tenant.records.create('my_plugin.reminder', { name: 'Call back', due_on: '2026-03-01' })
  const { message } = await tenant.runAction('my_plugin.postpone', { ids: [id], input: { days: 3 } })
  assert.equal(message, 'The reminder is postponed.')
  const reminder = await tenant.records.get('my_plugin.reminder', id)
  assert.equal(reminder?.due_on, '2026-03-04')
  assert.equal(reminder?.postponed, 1)
})
