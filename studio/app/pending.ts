// While the server computes the values of new roll-ups, it is asked now and then whether they are there; then lists and
// records are read anew.
import { api } from './api.ts'
import type { ClientMeta } from '../../sdk/wire/meta.ts'
import { metaStore, reloadMeta } from './meta.ts'

const EVERY_MS = 2_000

const pendingOf = ({ tenant, entities }: ClientMeta): string =>
  entities
    .flatMap(({ name, fields }) =>
      fields.filter(({ isPending }) => isPending).map((field) => `${tenant.slug} ${name}.${field.name}`),
    )
    .join()

let timer: ReturnType<typeof setTimeout> | undefined

/** For the life of the page. */
export function followPending(): void {
  metaStore.subscribe((client) => {
    clearTimeout(timer)
    if (pendingOf(client) !== '') timer = setTimeout(() => void look(client), EVERY_MS)
  })
}

async function look(before: ClientMeta): Promise<void> {
  try {
    const now = await api.get<ClientMeta>('meta')
    if (metaStore.get() !== before) return
    if (pendingOf(now) !== pendingOf(before)) return await reloadMeta()
  } catch {
    // The next look may reach the server again.
  }
  if (metaStore.get() === before) timer = setTimeout(() => void look(before), EVERY_MS)
}
