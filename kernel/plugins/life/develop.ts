// Plugins from the folder of whoever writes them: checked like any other, unsigned, with everything that plugin.json asks
// for granted, and marked for all to see. Only where the server allows it, and never over a plugin that was installed from
// a package, which somebody relies on.
import { isDeepStrictEqual } from 'node:util'
import { RelataError } from '../../../sdk/errors.ts'
import { type PluginArchive, readArchive } from '../../../sdk/plugin/archive.ts'
import { asksOf } from '../../../sdk/plugin/asks.ts'
import type { Actor } from '../../actor.ts'
import { latestVersion } from '../../schema/versions.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { touched } from './change.ts'
import { decide } from './grants.ts'
import { type Incoming, requireIdle } from './incoming.ts'
import { requireAsSeen, switchOver, writeVersion } from './switch-over.ts'
import type { LifeRoom } from './life-room.ts'
import { checkPlugin, planMetadata } from './plan.ts'
import { findPlugin } from '../plugin-rows.ts'

/** @throws RL301 not here · RL214 it was installed from a package · RL408 what is wrong with it */
export async function develop(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  bytes: Uint8Array,
): Promise<PluginArchive> {
  if (!room.allowsDevelopment)
    throw new RelataError('RL301', 'This server does not load plugins that are being written.', {
      hint: 'Start a server of your own with RELATA_DEV_PLUGINS=true, or install a package.',
    })
  const archive = readArchive(bytes)
  const installed = await findPlugin(room.database, loaded.tenant.schema, archive.name)
  requireIdle(installed)
  if (installed && !installed.isDevelopment)
    throw new RelataError('RL214', `${archive.name} ${installed.version} was installed from a package.`, {
      hint: 'Remove it first (its data can be kept), or develop in another organisation.',
    })
  const latest = await latestVersion(room.database, loaded.tenant.schema)
  const present = latest?.sources.find(({ name }) => name === archive.name)
  const isSameMetadata = installed !== undefined && isDeepStrictEqual(present?.files, archive.source.files)
  const { metadata, problems } = isSameMetadata
    ? { metadata: { snapshot: loaded.model.snapshot }, problems: [] }
    : await planMetadata(room, loaded, archive)
  const all = [...problems, ...(await checkPlugin(room, loaded, archive, metadata?.snapshot)).problems]
  const [first] = all
  if (first) {
    const where = [first.file, first.path].filter(Boolean).join('')
    throw new RelataError('RL408', `${archive.name} was not loaded: ${where} ${first.message}.`, { problems: all })
  }
  const decision = decide(asksOf(archive.manifest, archive.behaviour), 'all')
  const incoming: Incoming = { archive, bytes, decision, installed, isDevelopment: true }
  if (isSameMetadata) await replaceCode(room, loaded, actor, incoming)
  else await switchOver(room, loaded, actor, incoming, { note: `${archive.name} ${archive.version} in development` })
  return archive
}

async function replaceCode(room: LifeRoom, loaded: LoadedTenant, actor: Actor, incoming: Incoming): Promise<void> {
  const { archive, installed } = incoming
  if (installed?.archiveHash === archive.hash) return
  await room.database.transaction(async (tx) => {
    await requireAsSeen(tx, loaded.model, archive.name, installed)
    await writeVersion(tx, loaded.model, incoming, actor)
    const details = `Version ${archive.version} in development`
    await touched(room, tx, loaded, loaded.model, {
      name: archive.name,
      by: actor.userId,
      audit: 'plugin_upgraded',
      details,
    })
  })
  room.sandbox.retire(loaded.tenant.schema, archive.name)
  await room.health.resume(loaded.tenant.schema, archive.name)
  await room.catalog.reload(loaded.tenant.slug)
}
