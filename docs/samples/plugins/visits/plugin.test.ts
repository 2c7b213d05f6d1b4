import { assert, createTestTenant, test } from 'relata/plugin/testing'

test('a visit says when to go again, sooner when it went badly', async () => {
  const { records, setSettings } = await createTestTenant()
  await setSettings({ weeks: 4 })
  const { id: organisation } = await records.create('base.organisation', { name: 'Oak & Co' })
  const well = await records.create('visits.visit', { organisation, visited_on: '2026-01-05', outcome: 'good' })
  assert.equal(well.next_on, '2026-02-02')
  const badly = await records.create('visits.visit', { organisation, visited_on: '2026-01-05', outcome: 'bad' })
  assert.equal(badly.next_on, '2026-01-12')
})

test('a visit of tomorrow is refused, at its field', async () => {
  const { records } = await createTestTenant()
  const { id: organisation } = await records.create('base.organisation', { name: 'Elm' })
  const visit = records.create('visits.visit', { organisation, visited_on: '2999-01-01' })
  await assert.rejects(visit, { message: /after it took place/ })
})

test('an organisation shows its last visit', async () => {
  const { records, settle } = await createTestTenant()
  const { id: organisation } = await records.create('base.organisation', { name: 'Ash' })
  await records.create('visits.visit', { organisation, visited_on: '2026-01-05' })
  const { id: later } = await records.create('visits.visit', { organisation, visited_on: '2026-02-05' })
  await settle()
  assert.equal((await records.get('base.organisation', organisation))?.visits_last_on, '2026-02-05')
  await records.update('visits.visit', later, { visited_on: '2026-01-31' })
  await settle()
  assert.equal((await records.get('base.organisation', organisation))?.visits_last_on, '2026-01-31')
})

test('a visit can be planned for several organisations', async () => {
  const { records, runAction } = await createTestTenant()
  const made = await records.createMany('base.organisation', [{ name: 'One' }, { name: 'Two' }])
  const ids = made.map(({ id }) => id)
  const { message } = await runAction('visits.plan', { ids, input: { day: '2026-05-01', why: 'Spring' } })
  assert.equal(message, '2 visits are planned.')
  const { data } = await records.list('base.task', { filter: { '==': [{ var: 'subject' }, 'Spring'] } })
  assert.equal(data.length, 2)
})
