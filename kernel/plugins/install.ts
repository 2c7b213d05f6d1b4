// Installing and upgrading. Metadata and the plugin's row are one transaction: killed at any point, the version before is
// there whole, or the new one is. What a new version asks for beyond what was decided has to be granted first; until then
// it waits beside the version that runs.
import { RelataError } from '../../sdk/errors.ts'
import { type PluginArchive, readArchive } from '../../sdk/plugin/archive.ts'
import { asksOf } from '../../sdk/plugin/asks.ts'
import type { InstallRequest } from '../../sdk/wire/plugins.ts'
import type { Actor } from '../actor.ts'
import type { AuditAction } from '../auth/audit.ts'
import type { Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../services.ts'
import { changeTenantPlugin, type PluginTouch, touched } from './change.ts'
import type { PluginState } from './contract.ts'
import { carryOver, decide, type Decision, undecided } from './grants.ts'
import type { LifeRoom } from './life-room.ts'
import { beginMigration, dueMigrations } from './migrate.ts'
import { type InstallPlan, planInstall } from './plan.ts'
import { writePluginUser } from './plugin-face.ts'
import { carriedSettings, readForm } from './settings-form.ts'
import { findPlugin, type NextVersion, partsOf, type PluginRow, putPlugin } from './plugin-rows.ts'

/** A later version that an administrator has brought, as it is kept until it runs. */
export interface Incoming {
  archive: PluginArchive
  bytes: Uint8Array
  decision: Decision
  /** What was installed when it was looked at. */
  installed: PluginRow | undefined
  isDevelopment: boolean
}

/** @throws RL408 the package · RL206 grants · RL210 another version was published or installed meanwhile · RL214 not accepted */
export async function install(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  bytes: Uint8Array,
  request: InstallRequest,
): Promise<void> {
  const archive = readArchive(bytes)
  if (request.hash !== undefined && request.hash !== archive.hash)
    throw new RelataError('RL408', 'This is not the package that was planned.', {
      hint: 'Plan it again, look at what it asks for, and install that.',
    })
  const plan = await planInstall(room, loaded, archive)
  requireInstallable(plan, request.accept ?? [])
  const { installed } = plan
  requireIdle(installed)
  const decision = decisionFor(plan, installed, request)
  // The same package again: an install that was asked for twice, or one that was cut off before its answer.
  if (plan.kind === 'same' && installed) {
    if (request.grants !== undefined) await regrant(room, loaded, actor, installed, decision)
    return
  }
  const incoming: Incoming = { archive, bytes, decision, installed, isDevelopment: false }
  if (installed && undecided(plan.asks, decision).length > 0)
    return keepForLater(room, loaded, actor, installed, nextOf(incoming, 'grant', actor))
  const options = {
    ...(request.expectedVersion === undefined ? {} : { expectedVersion: request.expectedVersion }),
    ...(request.note === undefined ? {} : { note: request.note }),
  }
  await bringIn(room, loaded, actor, incoming, options)
}

function requireInstallable({ problems, needs, archive }: InstallPlan, accepted: readonly string[]): void {
  const [first] = problems
  if (first) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    const where = [first.file, first.path].filter(Boolean).join('')
    throw new RelataError('RL408', `${archive.name} cannot be installed: ${where} ${first.message}${more}.`, {
      problems,
      hint: first.hint ?? 'POST plugin-plans tells all of it.',
    })
  }
  const open = needs.filter((need) => !accepted.includes(need))
  if (open.length === 0) return
  throw new RelataError('RL214', open.map((need) => NEEDS[need]).join(' '), {
    hint: `Say that this is meant: "accept": ${JSON.stringify(open)}.`,
    members: { needs: open },
  })
}

const NEEDS = {
  signer: 'The installed version was signed by somebody else.',
  downgrade: 'A later version is installed.',
  replace: 'Another package of this very version is installed.',
  package: 'A package of this name is published already and did not come as a plugin.',
} as const

/** @throws RL214 something goes on that has to end first */
export function requireIdle(installed: PluginRow | undefined): void {
  if (installed?.next?.phase === 'migration')
    throw new RelataError('RL214', `${installed.name} is being upgraded.`, { hint: 'Wait until it is done.' })
  if (installed?.state === 'removing')
    throw new RelataError('RL214', `${installed.name} is being removed.`, { hint: 'Wait until it is gone.' })
}

function decisionFor({ asks }: InstallPlan, installed: PluginRow | undefined, { grants }: InstallRequest): Decision {
  return grants === undefined ? carryOver(asks, installed ?? { grants: [], refused: [] }) : decide(asks, grants)
}

async function regrant(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  { name }: PluginRow,
  decision: Decision,
): Promise<void> {
  await changeTenantPlugin(room, loaded, actor, name, async (row) => ({
    change: { ...decision, ...(row.state === 'waiting' ? { state: 'on' } : {}) },
    audit: 'plugin_granted',
    details: granted(decision),
  }))
}

export const granted = ({ grants, refused }: Decision): string =>
  [...grants, ...refused.map((key) => `not ${key}`)].join(', ')

export function nextOf(
  { archive, bytes, decision }: Incoming,
  phase: NextVersion['phase'],
  actor: Pick<Actor, 'userId'>,
): NextVersion {
  const { version, hash: archiveHash } = archive
  return { version, archiveHash, phase, archive: Buffer.from(bytes).toString('base64'), ...decision, by: actor.userId }
}

async function keepForLater(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  { name }: PluginRow,
  next: NextVersion,
): Promise<void> {
  await changeTenantPlugin(room, loaded, actor, name, async () => ({
    change: { next, error: null },
    audit: 'plugin_changed',
    details: `Version ${next.version} waits for a grant`,
  }))
}

/** What waits, as it came. */
export function incomingOf(installed: PluginRow, next: NextVersion): Incoming {
  const bytes = Buffer.from(next.archive, 'base64')
  const { grants, refused } = next
  return { archive: readArchive(bytes), bytes, decision: { grants, refused }, installed, isDevelopment: false }
}

/** Everything is decided: by way of its migrations, or at once. */
export async function bringIn(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Pick<Actor, 'userId'>,
  incoming: Incoming,
  options: { expectedVersion?: number; note?: string } = {},
): Promise<void> {
  const { installed, archive } = incoming
  const due = installed ? dueMigrations(archive.behaviour, installed.version) : []
  if (installed && due.length > 0) await beginMigration(room, loaded, actor, incoming, installed, options)
  else await switchOver(room, loaded, actor, incoming, options)
}

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
      await writeVersion(tx, model, incoming)
      await touched(tx, loaded, model, {
        name: archive.name,
        by: actor.userId,
        audit: auditOf(installed),
        details: `Version ${archive.version}${archive.signer === null ? ', unsigned' : ''}`,
      } satisfies PluginTouch)
    },
  })
  room.sandbox.resume(loaded.tenant.schema, archive.name)
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

export async function writeVersion(tx: Queryable, model: Model, incoming: Incoming): Promise<void> {
  const { archive, decision, installed, isDevelopment, bytes } = incoming
  const asks = asksOf(archive.manifest, archive.behaviour)
  const isOff = installed?.state === 'off'
  const state: PluginState = isOff ? 'off' : undecided(asks, decision).length > 0 ? 'waiting' : 'on'
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
