// What a tenant has of plugins, asked of a server that may be older than they are.
import type { RelataClient } from '../../client/index.ts'
import { RelataError } from '../../errors.ts'

/** Names of packages that plugins brought; none where the server knows no plugins. */
export async function packagesOfPlugins(relata: RelataClient): Promise<string[]> {
  try {
    return (await relata.plugins.list()).map(({ name }) => name).sort()
  } catch (error) {
    if (error instanceof RelataError && error.status === 404) return []
    throw error
  }
}
