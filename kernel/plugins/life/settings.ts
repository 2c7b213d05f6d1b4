// Settings and secrets of a plugin, as an administrator changes them.
import { RelataError } from '../../../sdk/errors.ts'
import type { Actor } from '../../actor.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { changeTenantPlugin } from './change.ts'
import type { LifeRoom } from './life-room.ts'
import { requireSecret, writePluginSecret } from '../plugin-secrets.ts'
import { readForm, readSettings } from '../settings-form.ts'

/** @param body all values; one that is left out is emptied @throws RL206 */
export async function changeSettings(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  name: string,
  body: unknown,
): Promise<void> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RelataError('RL100', 'The body must be a JSON object.')
  const values: Record<string, unknown> = { ...body }
  await changeTenantPlugin(room, loaded, actor, name, async (row) => {
    const settings = readSettings(readForm(row.manifest.settings), values)
    if (Array.isArray(settings)) throw new RelataError('RL206', 'Some values are not valid.', { problems: settings })
    const names = Object.keys({ ...row.settings, ...settings })
    const isChanged = (one: string) => JSON.stringify(row.settings[one]) !== JSON.stringify(settings[one])
    return { change: { settings }, audit: 'plugin_changed', details: names.filter(isChanged).join(', ') }
  })
}

/** @param value null takes it away @throws RL205 the plugin has no such secret */
export async function changeSecret(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  name: string,
  secret: string,
  value: string | null,
): Promise<void> {
  await changeTenantPlugin(room, loaded, actor, name, async (row, tx) => {
    requireSecret(row.manifest, secret)
    await writePluginSecret(tx, room.keys, loaded.tenant.schema, name, secret, value)
    return { change: {}, audit: 'plugin_changed', details: `Secret ${secret}${value === null ? ' taken away' : ''}` }
  })
}
