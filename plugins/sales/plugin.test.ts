// What the plugin does in a tenant: leads become opportunities, opportunities go through a pipeline, lines add up.
import type { RecordOf } from 'relata/plugin'
import { assert, createTestTenant, test } from 'relata/plugin/testing'

const usd = (amount: string) => ({ amount, currency: 'USD' })

type Stages = Record<'Prospecting' | 'Qualification' | 'Proposal' | 'Negotiation' | 'Won' | 'Lost', string>
async function firstStages(): Promise<Stages> {
  const { records } = await createTestTenant()
  const { data } = await records.list('sales.stage', { sort: 'position' })
  return Object.fromEntries(data.map(({ name, id }) => [name, id])) as Stages
}

async function account(name: string): Promise<string> {
  const { records } = await createTestTenant()
  return (await records.create('base.organisation', { name })).id
}

async function history(deal: string) {
  const { records } = await createTestTenant()
  const filter = { '==': [{ var: 'opportunity' }, deal] }
  const { data } = await records.list('sales.stage_change', { filter, sort: 'changed_at,created_at' })
  return data
}

test('a fresh install has a pipeline to begin with', async () => {
  const { records } = await createTestTenant()
  const { data } = await records.list('sales.pipeline')
  assert.deepEqual(
    data.map(({ name, is_default }) => [name, is_default]),
    [['New business', true]],
  )
  assert.deepEqual(Object.keys(await firstStages()), [
    ...['Prospecting', 'Qualification', 'Proposal', 'Negotiation', 'Won', 'Lost'],
  ])
})

test('a lead has a score and its reasons', async () => {
  const { records, setSettings } = await createTestTenant()
  const lead = await records.create('sales.lead', {
    name: { given: 'Ada', family: 'Lovelace' },
    company: 'Engines',
    email: 'ada@engines.example',
    job_title: 'Director',
    source: 'referral',
  })
  assert.equal(lead.score, 60)
  assert.equal(lead.rating, 'hot')
  assert.deepEqual(lead.score_factors, ['business_email', 'company', 'decision_maker', 'warm_source'])
  await setSettings({ hot_from: 80, warm_from: 50 })
  const later = await records.update('sales.lead', lead.id, { timeframe: 'later' })
  assert.deepEqual([later.score, later.rating], [45, 'cold'])
  await setSettings({ hot_from: 60, warm_from: 30 })
  await assert.rejects(records.update('sales.lead', lead.id, { score: 100 }), /not valid/)
})

test('an opportunity begins in the first stage, and follows its stage', async () => {
  const { records } = await createTestTenant()
  const stages = await firstStages()
  const deal = await records.create('sales.opportunity', { name: 'Looms', amount: usd('2000') })
  assert.deepEqual([deal.stage, deal.state, deal.probability], [stages.Prospecting, 'open', '10'])
  assert.equal(deal.expected_amount?.amount, '200.00')
  const moved = await records.update('sales.opportunity', deal.id, { stage: stages.Qualification })
  assert.deepEqual([moved.probability, moved.expected_amount?.amount], ['25', '500.00'])
  const said = await records.update('sales.opportunity', deal.id, { probability: '40' })
  assert.equal(said.expected_amount?.amount, '800.00')
})

test('a stage is entered with what it needs, and each field that is missing is named', async () => {
  const { records } = await createTestTenant()
  const stages = await firstStages()
  const deal = await records.create('sales.opportunity', { name: 'Wheels' })
  const early = records.update('sales.opportunity', deal.id, { stage: stages.Proposal })
  await assert.rejects(early, /3 values are not valid/)
  await records.update('sales.opportunity', deal.id, {
    ...{ stage: stages.Proposal, account: await account('Mill'), amount: usd('10'), close_date: '2999-01-31' },
  })
  // And it cannot lose them while it is there.
  await assert.rejects(records.update('sales.opportunity', deal.id, { amount: null }), /not valid/)
})

test('a stage of another pipeline is refused; into another pipeline it goes by that one’s first stage', async () => {
  const { records } = await createTestTenant()
  const stages = await firstStages()
  const { id: renewals } = await records.create('sales.pipeline', { name: 'Renewals' })
  const { id: due } = await records.create('sales.stage', { pipeline: renewals, name: 'Due', position: 10 })
  const deal = await records.create('sales.opportunity', { name: 'Again', stage: due })
  assert.equal(deal.pipeline, renewals)
  await assert.rejects(
    records.create('sales.opportunity', { name: 'Mixed', pipeline: renewals, stage: stages.Proposal }),
    /not valid|another pipeline/,
  )
  const { data } = await records.list('sales.pipeline', { filter: { '==': [{ var: 'is_default' }, true] } })
  const moved = await records.update('sales.opportunity', deal.id, { pipeline: data[0]?.id ?? null })
  assert.equal(moved.stage, stages.Prospecting)
})

test('every change of stage is kept, with how long the deal had been there', async () => {
  const { records, settle } = await createTestTenant()
  const stages = await firstStages()
  const deal = await records.create('sales.opportunity', { name: 'Steps', amount: usd('5') })
  await settle()
  await records.update('sales.opportunity', deal.id, { stage: stages.Qualification })
  await settle()
  await records.update('sales.opportunity', deal.id, { stage: stages.Prospecting })
  await records.update('sales.opportunity', deal.id, { next_step: 'Call' })
  await settle()
  const changes = await history(deal.id)
  assert.deepEqual(
    changes.map(({ kind, summary, from_stage }) => [kind, summary, from_stage]),
    [
      ['opened', 'Prospecting', null],
      ['forward', 'Prospecting → Qualification', stages.Prospecting],
      ['back', 'Qualification → Prospecting', stages.Qualification],
    ],
  )
  assert.equal(changes[1]?.days, '0.00')
  assert.equal(changes[1]?.amount?.amount, '5.00')
})

test('lines take their price from the product, and the amount follows them', async () => {
  const { records, settle } = await createTestTenant()
  const product = await records.create('sales.product', { name: 'Jacquard head', list_price: usd('199.99') })
  const deal = await records.create('sales.opportunity', { name: 'Two heads' })
  const line = await records.create('sales.opportunity_line', {
    ...{ opportunity: deal.id, product: product.id, quantity: 2, discount: '10' },
  })
  assert.deepEqual([line.description, line.price?.amount, line.total?.amount], ['Jacquard head', '199.99', '359.98'])
  const other = await records.create('sales.opportunity_line', {
    ...{ opportunity: deal.id, description: 'Fitting', price: usd('40.02') },
  })
  await settle()
  const amount = async () => (await records.get('sales.opportunity', deal.id))?.amount?.amount
  assert.equal(await amount(), '400.00')
  await records.update('sales.opportunity_line', line.id, { quantity: 1 })
  await settle()
  assert.equal(await amount(), '220.01')
  await records.delete('sales.opportunity_line', other.id)
  await settle()
  assert.equal(await amount(), '179.99')
  // The price of the product may change; what was offered stays.
  await records.update('sales.product', product.id, { list_price: usd('250') })
  const kept = await records.update('sales.opportunity_line', line.id, { quantity: 2 })
  assert.deepEqual([kept.list_price?.amount, kept.total?.amount], ['199.99', '359.98'])
})

test('who does not want the amount to follow the lines says so', async () => {
  const { records, settle } = await createTestTenant()
  const deal = await records.create('sales.opportunity', {
    name: 'Fixed',
    amount: usd('100'),
    amount_from_lines: false,
  })
  await records.create('sales.opportunity_line', { opportunity: deal.id, description: 'All of it', price: usd('7') })
  await settle()
  const { amount, lines_total } = (await records.get('sales.opportunity', deal.id)) ?? {}
  assert.deepEqual([amount?.amount, lines_total], ['100.00', '7.00'])
})

test('won: in the stage that means it, and the account is a customer', async () => {
  const { records, runAction, settle } = await createTestTenant()
  const buyer = await account('Buyer')
  const deal = await records.create('sales.opportunity', { name: 'Deal', account: buyer, amount: usd('10') })
  const { message } = await runAction('sales.win', { ids: [deal.id], input: { note: 'Price' } })
  assert.deepEqual(message, { en: 'Won. Congratulations!', ru: 'Выиграна. Поздравляем!', de: 'Gewonnen. Glückwunsch!' })
  await settle()
  const won = await records.get('sales.opportunity', deal.id)
  assert.deepEqual([won?.state, won?.probability, won?.forecast_category], ['won', '100', 'closed'])
  assert.equal(won?.outcome_note, 'Price')
  const organisation = await records.get('base.organisation', buyer)
  assert.deepEqual([organisation?.roles, organisation?.sales_account_status], [['customer'], 'active'])
  assert.equal(organisation?.sales_won_deals, 1)
})

test('lost needs a reason; what is decided is not asked again', async () => {
  const { records, runAction } = await createTestTenant()
  const made = await records.createMany('sales.opportunity', [{ name: 'One' }, { name: 'Two' }])
  const ids = made.map(({ id }) => id)
  await runAction('sales.lose', { ids: ids.slice(0, 1), input: { reason: 'price' } })
  const input = { reason: 'timing', close_date: '2026-01-31' } as const
  // What is decided is not offered it any more, and the selection is taken as a whole.
  await assert.rejects(runAction('sales.lose', { ids, input }), /not offered for every one/)
  await runAction('sales.lose', { ids: ids.slice(1), input })
  const two = await records.get('sales.opportunity', ids[1] ?? '')
  assert.deepEqual([two?.state, two?.lost_reason, two?.close_date], ['lost', 'timing', '2026-01-31'])
})

test('what is decided stays, until it is reopened with a reason, in the stage where it was', async () => {
  const { records, runAction, settle } = await createTestTenant()
  const stages = await firstStages()
  const deal = await records.create('sales.opportunity', { name: 'Second chance', stage: stages.Qualification })
  await settle()
  await runAction('sales.lose', { ids: [deal.id], input: { reason: 'timing' } })
  await settle()
  await assert.rejects(
    records.update('sales.opportunity', deal.id, { stage: stages.Prospecting }),
    /This opportunity is decided/,
  )
  await runAction('sales.reopen', { ids: [deal.id], input: { reason: 'They called' } })
  await settle()
  const again = await records.get('sales.opportunity', deal.id)
  assert.deepEqual([again?.state, again?.stage, again?.lost_reason], ['open', stages.Qualification, null])
  assert.deepEqual(
    (await history(deal.id)).map(({ kind }) => kind),
    ['opened', 'lost', 'reopened'],
  )
  // One reason opens it once.
  await runAction('sales.lose', { ids: [deal.id], input: { reason: 'price' } })
  await assert.rejects(records.update('sales.opportunity', deal.id, { stage: stages.Qualification }), /is decided/)
})

test('on to the next stage, as long as there is one', async () => {
  const { records, runAction } = await createTestTenant()
  const stages = await firstStages()
  const deal = await records.create('sales.opportunity', { name: 'Onwards' })
  await runAction('sales.move_stage', { ids: [deal.id] })
  assert.equal((await records.get('sales.opportunity', deal.id))?.stage, stages.Qualification)
  await assert.rejects(runAction('sales.move_stage', { ids: [deal.id] }), /not valid/)
})

const LEAD = {
  name: { given: 'Grace', family: 'Hopper' },
  company: 'Compilers Ltd',
  email: 'grace@compilers.example',
  job_title: 'Head of everything',
  source: 'event',
  interest: 'A hundred looms',
} as const

test('a lead becomes an account, a contact who works there, and an opportunity with its products', async () => {
  const { records, runAction } = await createTestTenant()
  const product = await records.create('sales.product', { name: 'Loom', list_price: usd('50') })
  const lead = await records.create('sales.lead', LEAD)
  await records.create('sales.lead_products', { lead: lead.id, product: product.id })
  const { open } = await runAction('sales.convert_lead', { ids: [lead.id], input: { create_opportunity: true } })
  const done = await records.get('sales.lead', lead.id)
  assert.equal(done?.status, 'converted')
  assert.deepEqual(open, { entity: 'sales.opportunity', id: done?.opportunity ?? '' })
  const deal = await records.get('sales.opportunity', done?.opportunity ?? '')
  assert.deepEqual([deal?.name, deal?.source, deal?.description], ['Compilers Ltd', 'event', 'A hundred looms'])
  assert.deepEqual([deal?.account, deal?.primary_contact], [done?.organisation, done?.person])
  assert.equal(deal?.number_of_lines, 1)
  const person = await records.get('base.person', done?.person ?? '')
  assert.deepEqual(
    [person?.display_name, person?.employer, person?.met_through],
    ['Grace Hopper', done?.organisation, 'event'],
  )
  const works = await records.list('system.relationship', { filter: { '==': [{ var: 'from.id' }, person?.id] } })
  assert.deepEqual(
    works.data.map(({ type, from_role }) => [type, from_role]),
    [['base.works_for', 'Head of everything']],
  )

  await assert.rejects(runAction('sales.convert_lead', { ids: [lead.id] }), /not offered/)
})

test('what is there already is found: the organisation by its name, the person by the address', async () => {
  const { records, runAction } = await createTestTenant()
  const organisation = await account('Finders  GmbH'.replace('  ', ' '))
  const known = await records.create('base.person', { name: { family: 'Keeper' }, email: 'keeper@finders.example' })
  const lead = await records.create('sales.lead', { company: 'finders gmbh', email: 'keeper@finders.example' })
  await runAction('sales.convert_lead', { ids: [lead.id], input: { create_opportunity: false } })
  const done = await records.get('sales.lead', lead.id)
  assert.deepEqual([done?.organisation, done?.person, done?.opportunity], [organisation, known.id, null])
})

test('of two who convert a lead in the same moment, one does', async () => {
  const { records, runAction } = await createTestTenant()
  const lead = await records.create('sales.lead', { company: 'Both of us' })
  const tries = [1, 2, 3].map(() => runAction('sales.convert_lead', { ids: [lead.id] }))
  const ended = await Promise.allSettled(tries)
  assert.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(await records.count('sales.opportunity', { '==': [{ var: 'name' }, 'Both of us'] }), 1)
})

test('leads are handed to the members of a team in turn', async () => {
  const { records, runAction } = await createTestTenant()
  const team = await records.create('system.team', { name: 'East' })
  const people: string[] = []
  for (const name of ['Ann', 'Bo', 'Gone']) {
    const { id } = await records.create('system.user', { name, active: name !== 'Gone' })
    await records.create('system.team_members', { team: team.id, user: id })
    people.push(id)
  }
  const leads = await records.createMany('sales.lead', [{ company: '1' }, { company: '2' }, { company: '3' }])
  const ids = leads.map(({ id }) => id)
  await runAction('sales.assign_leads', { ids, input: { team: team.id } })
  const owners = await Promise.all(ids.map(async (id) => (await records.get('sales.lead', id))?.owner))
  assert.deepEqual(owners, [people[0], people[1], people[0]])
  await assert.rejects(runAction('sales.assign_leads', { ids, input: {} }), /Say who gets them/)
})

test('every night the owner is reminded, once, of what is overdue and of next steps', async () => {
  const { records, runJob, setSettings } = await createTestTenant()
  const { id: owner } = await records.create('system.user', { name: 'Olga', locale: 'ru' })
  const late = { name: 'Late', owner, close_date: '2020-01-31', next_step: 'Call them', next_step_on: '2020-01-01' }
  const deal = await records.create('sales.opportunity', late)
  const closed = await records.create('sales.opportunity', { ...late, name: 'Over' })
  await records.delete('sales.opportunity', closed.id)
  await setSettings({ remind_stale: false })
  await runJob('remind')
  await runJob('remind')
  const about = { '==': [{ var: 'about.id' }, deal.id] }
  const { data } = await records.list('base.task', { filter: about, sort: 'subject' })
  const seen = data.map((task: RecordOf<'base.task'>) => [task.sales_reminder, task.subject, task.description])
  assert.deepEqual(seen, [
    ['overdue', 'Дата закрытия сделки «Late» прошла', null],
    ['follow_up', 'Следующий шаг по сделке «Late»', 'Call them'],
  ])
  assert.deepEqual(
    data.map(({ assigned_to }) => assigned_to),
    [owner, owner],
  )
})

test('a rep works on what is theirs, and may not reopen; a manager may; a viewer changes nothing', async () => {
  const { as, records } = await createTestTenant()
  const [rep, manager, viewer] = [await as('sales.rep'), await as('sales.manager'), await as('sales.viewer')]
  const theirs = await rep.records.create('sales.opportunity', { name: 'Of the rep' })
  assert.equal(theirs.owner, rep.id)
  const others = await records.create('sales.opportunity', { name: 'Of somebody else' })
  assert.equal(await rep.records.get('sales.opportunity', others.id), null)
  assert.equal((await viewer.records.get('sales.opportunity', others.id))?.name, 'Of somebody else')
  await assert.rejects(viewer.records.update('sales.opportunity', others.id, { name: 'x' }), { code: 'RL301' })

  const team = await records.create('system.team', { name: 'West' })
  for (const user of [rep.id, manager.id]) await records.create('system.team_members', { team: team.id, user })
  await rep.runAction('sales.lose', { ids: [theirs.id], input: { reason: 'product' } })
  await assert.rejects(rep.runAction('sales.reopen', { ids: [theirs.id], input: { reason: 'I like to' } }), {
    code: 'RL301',
  })
  await manager.runAction('sales.reopen', { ids: [theirs.id], input: { reason: 'A new budget' } })
  assert.equal((await rep.records.get('sales.opportunity', theirs.id))?.state, 'open')
})
