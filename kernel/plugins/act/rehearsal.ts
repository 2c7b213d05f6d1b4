// Plugins that are only tried: what would leave the server is noted down, and what the code breaks counts against nobody.
import type { WireDrySent } from '../../../sdk/wire/plugins.ts'
import type { Sandbox } from '../../sandbox/contract.ts'

export interface Rehearsal {
  /** Of the plugin that is tried, which need not be installed. */
  plugin: string
  code: string
  /** What would have been sent so far. */
  caught: WireDrySent[]
  /** Where plugins stand in the sandbox meanwhile: each in a place of its own, apart from those that run. */
  placeOf(plugin: string): string
}

/** @param id unlike that of any other @returns and what clears its places away */
export function openRehearsal(plugin: string, code: string, id: string): Rehearsal & { clear: Clear } {
  const places = new Set<string>()
  return {
    ...{ plugin, code, caught: [] },
    placeOf(name) {
      const place = `${name}~try-${id}`
      places.add(place)
      return place
    },
    clear(sandbox, tenant) {
      for (const place of places) {
        sandbox.resume(tenant, place)
        sandbox.retire(tenant, place)
      }
    },
  }
}

type Clear = (sandbox: Pick<Sandbox, 'resume' | 'retire'>, tenant: string) => void
