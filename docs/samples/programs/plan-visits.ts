// Plans a visit to every organisation that has not been visited yet, with the button of the plugin of the tutorial.
import { createClient } from 'relata/client'
import type { Actions, Entities } from 'relata/plugin'

const relata = createClient<Entities, Actions>({
  url: process.env['RELATA_URL'] ?? 'http://localhost:3000',
  tenant: process.env['RELATA_TENANT'] ?? '',
  key: process.env['RELATA_KEY'] ?? '',
})

const filter = { '==': [{ var: 'visits_last_on' }, null] }
const { data } = await relata.records.list('base.organisation', { filter, limit: 500 })
const ids = data.map(({ id }) => id)

const { message, changed } = await relata.actions.run('visits.plan', { ids, input: { day: '2026-03-02' } })
console.log(message, changed.length)
