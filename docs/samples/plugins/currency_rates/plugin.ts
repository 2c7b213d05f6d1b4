import { definePlugin, job, secret } from 'relata/plugin'
import { ratesIn } from './rates.ts'

export default definePlugin([
  job({ name: 'fetch', schedule: '30 5 * * *' }, async (_event, { now, http, records, settings, log }) => {
    const day = now.slice(0, 10)
    const wanted = settings.currencies.join(',')
    const answer = await http.fetch(`https://api.rates.example.org/${day}?base=${settings.base}&of=${wanted}`, {
      headers: { authorization: `Bearer ${secret('RATES_KEY')}` },
    })
    if (answer.status !== 200) throw new Error(`The service answered ${answer.status}.`)

    for (const { currency, rate } of ratesIn(answer.json())) {
      const known = await records.list('system.currency_rate', {
        filter: { and: [{ '==': [{ var: 'currency' }, currency] }, { '==': [{ var: 'rate_date' }, day] }] },
        limit: 1,
      })
      const [there] = known.data
      // The same day may be fetched twice: by hand, or after a failure.
      if (there) await records.update('system.currency_rate', there.id, { rate })
      else await records.create('system.currency_rate', { currency, rate_date: day, rate })
    }
    log.info('Fetched', { day, wanted })
  }),
])
