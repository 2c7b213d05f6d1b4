// Whom can nobody write to? A program of its own, with a key: RELATA_URL, RELATA_TENANT and RELATA_KEY are set.
import { createClient } from 'relata/client'
import type { Entities } from 'relata/plugin'

const relata = createClient<Entities>({
  url: process.env['RELATA_URL'] ?? 'http://localhost:3000',
  tenant: process.env['RELATA_TENANT'] ?? '',
  key: process.env['RELATA_KEY'] ?? '',
})

const query = { filter: { '==': [{ var: 'email' }, null] }, sort: ['display_name'] }
for await (const person of relata.records.all('base.person', query)) {
  console.log([person.display_name, person.work_phone ?? person.mobile_phone ?? 'no phone either'].join('  '))
}
