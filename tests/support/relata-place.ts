// A tenant of its own on a server under test, with a key: what the command line and the client need.
import { createClient, type RelataClient } from '../../sdk/client/index.ts'
import type { Visitor } from './sign-in.ts'

export interface RelataPlace {
  /** For `runRelata`. */
  env: { RELATA_URL: string; RELATA_TENANT: string; RELATA_KEY: string }
  relata: RelataClient
}

/** @param person an operator of the installation, signed in @param currency in which amounts are summed */
export async function makePlace(url: string, person: Visitor, slug: string, currency = 'EUR'): Promise<RelataPlace> {
  const wish = { title: slug, slug, kind: 'empty', base_currency: currency }
  const made = await person.call('POST', '/api/tenants', wish)
  const key = await person.call('POST', `/api/v1/${slug}/keys`, { name: 'key', role: 'system.administrator' })
  if (made.status >= 300 || typeof key.body.key !== 'string') {
    throw new Error(`no tenant ${slug}: ${JSON.stringify([made.body, key.body])}`)
  }
  return {
    env: { RELATA_URL: url, RELATA_TENANT: slug, RELATA_KEY: key.body.key },
    relata: createClient({ url, tenant: slug, key: key.body.key }),
  }
}
