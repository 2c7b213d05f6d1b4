// The plugins that run in a tenant, arranged so that a save of an entity without hooks finds nothing at once.
import type { AfterHook, BeforeHook, RecordOperation } from '../../sdk/plugin/behaviour.ts'
import { hookKey } from '../../sdk/plugin/asks.ts'
import type { Model } from '../catalog/model.ts'
import { type ActivePlugin, type Hooked, NO_PLUGINS, type PluginSet } from './contract.ts'

const NONE: readonly never[] = Object.freeze([])

export function createPluginSet(plugins: readonly ActivePlugin[], model: Model): PluginSet {
  if (plugins.length === 0) return NO_PLUGINS
  const order = model.snapshot.packages.map(({ name }) => name)
  const all = [...plugins].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  const before = hooksOf('before', all, (plugin) => plugin.behaviour.before)
  const after = hooksOf('after', all, (plugin) => plugin.behaviour.after)
  return {
    all,
    find: (name) => all.find((plugin) => plugin.name === name),
    before: (entity, operation) => before.get(`${entity} ${operation}`) ?? NONE,
    after: (entity, operation) => after.get(`${entity} ${operation}`) ?? NONE,
    key: JSON.stringify(all.map((plugin) => ({ ...plugin, grants: [...plugin.grants].sort() }))),
  }
}

function hooksOf<H extends BeforeHook | AfterHook>(
  kind: 'before' | 'after',
  plugins: readonly ActivePlugin[],
  hooks: (plugin: ActivePlugin) => readonly H[],
): ReadonlyMap<string, readonly Hooked<H>[]> {
  const found = new Map<string, Hooked<H>[]>()
  for (const plugin of plugins)
    for (const hook of hooks(plugin))
      for (const operation of new Set<RecordOperation>(hook.on)) {
        if (!plugin.grants.has(hookKey(kind, hook.entity, operation))) continue
        const key = `${hook.entity} ${operation}`
        found.set(key, [...(found.get(key) ?? []), { plugin, hook }])
      }
  return found
}
