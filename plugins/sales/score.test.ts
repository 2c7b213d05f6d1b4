import { assert, test } from 'relata/plugin/testing'
import { factorsOf, POINTS, type Scored, scoreOf } from './score.ts'

const NOBODY: Scored = {
  email: null,
  phone: null,
  company: null,
  job_title: null,
  source: null,
  budget: null,
  timeframe: null,
  employees: null,
}
const USUAL = { hot_from: 60, warm_from: 30 }

test('of nobody there is nothing to say', () => {
  assert.deepEqual(scoreOf(NOBODY, USUAL), { score: 0, rating: 'cold', score_factors: [] })
})

test('every point has its reason', () => {
  const lead: Scored = { ...NOBODY, email: 'ada@engines.example', phone: '+442071234567', source: 'referral' }
  const { score, rating, score_factors } = scoreOf(lead, USUAL)
  assert.deepEqual(score_factors, ['business_email', 'phone', 'warm_source'])
  assert.equal(score, POINTS.business_email + POINTS.phone + POINTS.warm_source)
  assert.equal(rating, 'warm')
})

test('a private address counts against a lead, and so does time; a score is never below 0 nor above 100', () => {
  assert.equal(scoreOf({ ...NOBODY, email: 'ada@gmail.com', timeframe: 'later' }, USUAL).score, 0)
  assert.deepEqual(factorsOf({ ...NOBODY, email: 'ada@gmail.com' }), ['free_email'])
  const budget = { amount: '10', currency: 'USD', base: null }
  const best: Scored = {
    ...{ email: 'a@b.example', phone: '+1', company: 'B', job_title: 'CEO', source: 'web', budget },
    ...{ timeframe: 'month', employees: 5000 },
  }
  assert.equal(scoreOf(best, USUAL).score, 100)
  assert.equal(scoreOf(best, USUAL).rating, 'hot')
})

test('who decides is known by many names, and by none within another word', () => {
  for (const job_title of ['CEO', 'Head of purchasing', 'Geschäftsführerin', 'Генеральный директор', 'VP Sales'])
    assert.deepEqual(factorsOf({ ...NOBODY, job_title }), ['decision_maker'], job_title)
  for (const job_title of ['Assistant', 'Overhead crane operator', 'Ceoliant'])
    assert.deepEqual(factorsOf({ ...NOBODY, job_title }), [], job_title)
})

test('settings say what is hot', () => {
  const lead: Scored = { ...NOBODY, phone: '+1' }
  assert.equal(scoreOf(lead, { hot_from: 10, warm_from: 5 }).rating, 'hot')
  assert.equal(scoreOf(lead, { hot_from: null, warm_from: null }).rating, 'cold')
})
