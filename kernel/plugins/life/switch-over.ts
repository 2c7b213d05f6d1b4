// The moment at which a version of a plugin is there: metadata and its row are one transaction. Killed at any point, the
// version before is there whole, or the new one is.
import { RelataError } from '../../../sdk/errors.ts'
import { asksOf } from '../../../sdk/plugin/asks.ts'
import type { Actor } from '../../actor.ts'
import type { AuditAction } from '../../auth/audit.ts'
import type { Model } from '../../catalog/model.ts'
import type { Queryable } from '../../run/database.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { PluginState } from '../contract.ts'
import { writePluginUser } from '../plugin-face.ts'
import { findPlugin, partsOf, type PluginRow, putPlugin } from '../plugin-rows.ts'
import { carriedSettings, readForm } from '../settings-form.ts'
import { type PluginTouch, touched } from './change.ts'
import { stateToBegin } from './first-steps.ts'
import { undecided } from './grants.ts'
import type { Incoming } from './incoming.ts'
import type { LifeRoom } from './life-room.ts'

/** The one transaction after which the new version is there. */
export async function switchOver(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Pick<Actor, 'userId'>,
  incoming: Incoming,
  options: { expectedVersion?: number; note?: string } = {},
): Promise<void> {
  const { archive, installed } = incoming
  const verb = installed ? 'upgraded' : 'installed'
  await room.publisher.publish(loaded.tenant, {
    note: `${archive.name} ${archive.version} ${verb}`,
    ...options,
    packages: [archive.source],
    by: actor.userId,
    also: async (tx, model) => {
      await requireAsSeen(tx, model, archive.name, installed)
      await writeVersion(tx, model, incoming, actor)
      await touched(room, tx, loaded, model, {
        name: archive.name,
        by: actor.userId,
        audit: auditOf(installed),
        details: `Version ${archive.version}${archive.signer === null ? ', unsigned' : ''}`,
      } satisfies PluginTouch)
    },
  })
  await room.health.resume(loaded.tenant.schema, archive.name)
  await room.catalog.reload(loaded.tenant.slug)
}

const auditOf = (installed: PluginRow | undefined): AuditAction => (installed ? 'plugin_upgraded' : 'plugin_installed')

/** Whoever looked at one version must not replace another. @throws RL210 */
export async function requireAsSeen(
  tx: Queryable,
  model: Model,
  name: string,
  seen: PluginRow | undefined,
): Promise<void> {
  const now = await findPlugin(tx, model.snapshot.schema, name, { lock: true })
  if (now?.archiveHash === seen?.archiveHash) return
  throw new RelataError('RL210', `Another version of ${name} was installed meanwhile.`, {
    hint: 'Look at it, and plan again.',
  })
}

export async function writeVersion(
  tx: Queryable,
  model: Model,
  incoming: Incoming,
  actor: Pick<Actor, 'userId'>,
): Promise<void> {
  const { archive, decision, installed, isDevelopment, bytes } = incoming
  const asks = asksOf(archive.manifest, archive.behaviour)
  const isOff = installed?.state === 'off'
  const isWaiting = undecided(asks, decision).length > 0
  const begins = !isOff && !isWaiting && (installed === undefined || installed.state === 'waiting')
  const runs = begins ? await stateToBegin(tx, model, archive, actor) : 'on'
  const state: PluginState = isOff ? 'off' : isWaiting ? 'waiting' : runs
  const userId = await writePluginUser(tx, model, archive.name, archive.label)
  const plugin = {
    ...partsOf(archive),
    ...{ state, isDevelopment, userId, ...decision },
    settings: carriedSettings(readForm(archive.manifest.settings), installed?.settings ?? {}),
    error: null,
    next: null,
  } as const
  await putPlugin(tx, model.snapshot.schema, plugin, archive, bytes)
}
