// Says who was changed, as it happens, until it is stopped.
import { createClient } from 'relata/client'
import type { Entities } from 'relata/plugin'

const relata = createClient<Entities>({
  url: process.env['RELATA_URL'] ?? 'http://localhost:3000',
  tenant: process.env['RELATA_TENANT'] ?? '',
  key: process.env['RELATA_KEY'] ?? '',
})

async function show(ids: readonly string[]): Promise<void> {
  const { data } = await relata.records.list('base.person', { filter: { in: [{ var: 'id' }, ids] } })
  for (const person of data) console.log(`${person.display_name}, version ${person.version}`)
}

for await (const event of relata.live()) {
  if (event.type === 'ready') console.log('Listening.')
  if (event.type === 'resync') console.log('Too much was missed: read everything anew.')
  if (event.type !== 'change') continue
  for (const { entity, ids } of event.changes) {
    if (entity !== 'base.person') continue
    if (ids === null) console.log('Very many people were changed.')
    else await show(ids)
  }
}
