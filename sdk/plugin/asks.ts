// What a plugin asks an administrator for, each thing with a key that stays the same from version to version: what was
// granted is kept as keys, and an upgrade that asks for a key that was not granted waits for it.
import type { Behaviour } from './behaviour.ts'
import type { PluginManifest } from './manifest.ts'

/** One thing to grant, spelled out by the studio and by the command line in plain words. */
export type Ask = { key: string } & (
  | { kind: 'read' | 'create' | 'update'; entity: string; field: string | null }
  | { kind: 'delete'; entity: string }
  | { kind: 'http'; host: string }
  | { kind: 'secret'; secret: string; host: string }
  | { kind: 'mail' }
  | { kind: 'background' }
  | { kind: 'before' | 'after'; entity: string; operation: string }
  | { kind: 'schedule'; job: string; schedule: string; timeZone: string }
  | { kind: 'route'; method: string; path: string; access: 'user' | 'signed' | 'open' }
)

/** Everything that this version asks for; names of entities qualified. Sorted by key, each once. */
export function asksOf({ permissions = {}, secrets = {} }: PluginManifest, behaviour: Behaviour): Ask[] {
  const asks = [
    ...Object.entries(permissions.records ?? {}).flatMap(([entity, permission]) => [
      ...(['read', 'create', 'update'] as const).flatMap((kind) => fieldAsks(kind, entity, permission[kind])),
      ...(permission.delete ? [{ key: `delete:${entity}`, kind: 'delete', entity } as const] : []),
    ]),
    ...(permissions.http ?? []).map((host) => ({ key: `http:${host}`, kind: 'http', host }) as const),
    ...Object.entries(secrets).flatMap(([secret, { hosts = [] }]) =>
      hosts.map((host) => ({ key: `secret:${secret}@${host}`, kind: 'secret', secret, host }) as const),
    ),
    ...(permissions.mail ? [{ key: 'mail', kind: 'mail' } as const] : []),
    ...(permissions.background ? [{ key: 'background', kind: 'background' } as const] : []),
    ...(['before', 'after'] as const).flatMap((kind) =>
      behaviour[kind].flatMap(({ entity, on }) =>
        on.map((operation) => ({ key: hookKey(kind, entity, operation), kind, entity, operation }) as const),
      ),
    ),
    ...behaviour.jobs.flatMap(({ name: job, schedule, timeZone = 'UTC' }) =>
      schedule === undefined
        ? []
        : [{ key: scheduleKey(job, schedule), kind: 'schedule', job, schedule, timeZone } as const],
    ),
    ...behaviour.routes.map(
      ({ method, path, access }) =>
        ({ key: routeKey(method, path, access), kind: 'route', method, path, access }) as const,
    ),
  ]
  const byKey = new Map<string, Ask>(asks.map((ask) => [ask.key, ask]))
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

export const hookKey = (kind: 'before' | 'after', entity: string, operation: string): string =>
  `${kind}:${entity}:${operation}`
export const scheduleKey = (job: string, schedule: string): string => `schedule:${job}:${schedule}`
export const routeKey = (method: string, path: string, access: string): string => `route:${method} ${path}:${access}`
/** `read:base.person`: all fields; `read:base.person.email`: this one. */
export const fieldKey = (kind: 'read' | 'create' | 'update', entity: string, field: string | null): string =>
  field === null ? `${kind}:${entity}` : `${kind}:${entity}.${field}`

function fieldAsks(
  kind: 'read' | 'create' | 'update',
  entity: string,
  fields: true | readonly string[] | undefined,
): Ask[] {
  if (fields === undefined) return []
  const list: readonly (string | null)[] = fields === true ? [null] : fields
  return list.map((field) => ({ key: fieldKey(kind, entity, field), kind, entity, field }))
}

/** What is asked and was not granted. */
export const missing = (asks: readonly Ask[], grants: ReadonlySet<string>): Ask[] =>
  asks.filter(({ key }) => !grants.has(key))
