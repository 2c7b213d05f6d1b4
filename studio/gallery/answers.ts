// What the server would answer to the pickers and the lists of links of the gallery: put into the cache for good, so that
// nothing is asked.
import { type ListQuery, queries } from '../app/records.ts'
import { sampleMeta } from './sample.ts'
import { sampleRecords, sampleValue } from './values.ts'

const YEAR_MS = 365 * 86_400_000

export function seedAnswers(): void {
  const named = sampleRecords.filter(({ display_name }) => display_name !== '')
  for (const entity of ['gallery.contract', 'gallery.place', 'system.user'])
    seed(entity, { select: 'display_name', limit: 20, sort: '-updated_at' }, named)
  for (const sample of ['usual', 'long'] as const) {
    const links = sampleValue('many_to_many', sample)
    const filter = { '==': [{ var: 'contract' }, sample] }
    seed(
      'gallery.contract_place',
      { select: 'place(display_name)', filter, limit: 200 },
      Array.isArray(links) ? links : [],
    )
  }
}

/** The key is that of app/records.ts. */
function seed(entity: string, { filter, ...rest }: ListQuery, data: readonly unknown[]): void {
  const asked = { ...rest, filter: filter === undefined ? undefined : JSON.stringify(filter) }
  const key = ['records', sampleMeta.tenant.slug, entity, 'list', asked]
  queries.setQueryData(key, { data, next: null }, { updatedAt: Date.now() + YEAR_MS })
}
