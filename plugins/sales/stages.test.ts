import { assert, test } from 'relata/plugin/testing'
import {
  consequences,
  daysBetween,
  expected,
  firstStage,
  kindOfChange,
  nextStage,
  type Opportunity,
  type Stage,
} from './stages.ts'

const NOW = '2026-05-20T10:00:00.000Z'
const stage = (id: string, position: number, more: Partial<Stage> = {}): Stage =>
  ({
    ...{ id, position, name: id, pipeline: 'p', kind: 'open', probability: '40', forecast_category: 'pipeline' },
    ...more,
  }) as Stage
const deal = (more: Partial<Opportunity> = {}): Opportunity =>
  ({
    ...{ id: 'd', stage: 'a', pipeline: 'p', state: 'open', amount: null, probability: null, close_date: null },
    ...{ engaged_on: null, lost_reason: null, stage_since: NOW },
    ...more,
  }) as Opportunity
const money = (amount: string) => ({ amount, currency: 'USD', base: null })

test('a new opportunity takes pipeline, probability and forecast from its stage', () => {
  const record = deal({ amount: money('1000.50') })
  assert.deepEqual(
    consequences({ record, before: null, changed: ['stage', 'amount'], stage: stage('a', 10), now: NOW }),
    {
      pipeline: 'p',
      stage: 'a',
      stage_since: NOW,
      probability: '40',
      forecast_category: 'pipeline',
      expected_amount: { amount: '400.2', currency: 'USD' },
    },
  )
})

test('what somebody says of the probability stands until the stage changes', () => {
  const before = deal({ probability: '40' })
  const said = { ...before, probability: '65', amount: money('200') }
  const kept = consequences({
    record: said,
    before,
    changed: ['probability', 'amount'],
    stage: stage('a', 10),
    now: NOW,
  })
  assert.equal(kept.probability, undefined)
  assert.deepEqual(kept.expected_amount, { amount: '130', currency: 'USD' })
  const moved = consequences({
    record: { ...said, stage: 'b' },
    before: said,
    changed: ['stage'],
    stage: stage('b', 20, { probability: '80' }),
    now: NOW,
  })
  assert.equal(moved.probability, '80')
  assert.equal(moved.stage_since, NOW)
  assert.equal(moved.engaged_on, '2026-05-20')
})

test('what is won is certain, whatever was said, and closed today unless it says when', () => {
  const won = stage('w', 90, { kind: 'won', probability: '100', forecast_category: 'closed' })
  const before = deal({ probability: '40' })
  const record = { ...before, stage: 'w', probability: '55' }
  const set = consequences({ record, before, changed: ['stage', 'probability'], stage: won, now: NOW })
  assert.equal(set.probability, '100')
  assert.equal(set.close_date, '2026-05-20')
  const on = { ...record, close_date: '2026-05-01' }
  assert.equal(
    consequences({ record: on, before, changed: ['stage', 'close_date'], stage: won, now: NOW }).close_date,
    undefined,
  )
})

test('a reopened opportunity forgets why it was lost and when it was closed', () => {
  const before = deal({ stage: 'l', state: 'lost', lost_reason: 'price', close_date: '2026-01-01', probability: '0' })
  const record = { ...before, stage: 'a' }
  const set = consequences({ record, before, changed: ['stage'], stage: stage('a', 10), now: NOW })
  assert.equal(set.lost_reason, null)
  assert.equal(set.close_date, null)
})

test('what comes from elsewhere has been in its stage for a while', () => {
  const record = deal({ engaged_on: '2016-10-20' })
  const set = consequences({ record, before: null, changed: ['stage', 'engaged_on'], stage: stage('a', 10), now: NOW })
  assert.equal(set.stage_since, '2016-10-20T00:00:00Z')
})

test('amounts are exact to the cent', () => {
  assert.deepEqual(expected(money('0.10'), '30'), { amount: '0.03', currency: 'USD' })
  assert.deepEqual(expected(money('1000000000000000.01'), '33'), { amount: '330000000000000', currency: 'USD' })
  assert.equal(expected(null, '30'), null)
})

test('changes are called by what they mean', () => {
  const [a, b, won, lost] = [
    stage('a', 10),
    stage('b', 20),
    stage('w', 90, { kind: 'won' }),
    stage('l', 99, { kind: 'lost' }),
  ]
  assert.equal(kindOfChange(null, a), 'opened')
  assert.equal(kindOfChange(a, b), 'forward')
  assert.equal(kindOfChange(b, a), 'back')
  assert.equal(kindOfChange(b, won), 'won')
  assert.equal(kindOfChange(null, lost), 'lost')
  assert.equal(kindOfChange(lost, a), 'reopened')
  assert.equal(kindOfChange(a, stage('c', 5, { pipeline: 'other' })), 'moved')
})

test('days are counted in hundredths, and never backwards', () => {
  assert.equal(daysBetween('2026-05-01T00:00:00Z', '2026-05-02T12:00:00Z'), '1.5')
  assert.equal(daysBetween('2026-05-01T00:00:00Z', '2026-05-01T00:10:00Z'), '0.01')
  assert.equal(daysBetween('2026-05-02T00:00:00Z', '2026-05-01T00:00:00Z'), '0')
})

test('the next stage is an open one, by position', () => {
  const stages = [stage('w', 25, { kind: 'won' }), stage('c', 30), stage('a', 10), stage('b', 20)]
  assert.equal(firstStage(stages)?.id, 'a')
  assert.equal(nextStage(stages, { position: 10 })?.id, 'b')
  assert.equal(nextStage(stages, { position: 20 })?.id, 'c')
  assert.equal(nextStage(stages, { position: 30 }), undefined)
})
