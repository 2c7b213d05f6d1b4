import { assert, createTestTenant, test } from 'relata/plugin/testing'
import { ratesIn } from './rates.ts'

test('rates are read out of an answer, and nothing else is', () => {
  assert.deepEqual(ratesIn({ rates: { USD: 0.92, GBP: 'x', CHF: -1 } }), [{ currency: 'USD', rate: '0.92' }])
  assert.deepEqual(ratesIn('nothing'), [])
})

test('without its key the job fails, and says which one it needs', async () => {
  const { runJob } = await createTestTenant()
  await assert.rejects(runJob('fetch'), { message: /RATES_KEY/ })
})
