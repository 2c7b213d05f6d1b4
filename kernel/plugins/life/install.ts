// Installing and upgrading. Metadata and the plugin's row are one transaction: killed at any point, the version before is
// there whole, or the new one is. What a new version asks for beyond what was decided has to be granted first; until then
// it waits beside the version that runs.
import { RelataError } from '../../../sdk/errors.ts'
import { readArchive } from '../../../sdk/plugin/archive.ts'
import type { InstallRequest } from '../../../sdk/wire/plugins.ts'
import type { Actor } from '../../actor.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { changeTenantPlugin } from './change.ts'
import { carryOver, decide, type Decision, undecided } from './grants.ts'
import type { LifeRoom } from './life-room.ts'
import { begin } from './first-steps.ts'
import { dueMigrations } from './due-steps.ts'
import { type Incoming, nextOf, requireIdle } from './incoming.ts'
import { beginMigration } from './migrate.ts'
import { switchOver } from './switch-over.ts'
import { type InstallPlan, planInstall } from './plan.ts'
import type { NextVersion, PluginRow } from '../plugin-rows.ts'

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

/** @throws RL408 with everything that stands in its way */
export function requireSound({ problems, archive }: InstallPlan): void {
  const [first] = problems
  if (!first) return
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const where = [first.file, first.path].filter(Boolean).join('')
  throw new RelataError('RL408', `${archive.name} cannot be installed: ${where} ${first.message}${more}.`, {
    problems,
    hint: first.hint ?? 'POST plugin-plans tells all of it.',
  })
}

function requireInstallable(plan: InstallPlan, accepted: readonly string[]): void {
  requireSound(plan)
  const { needs } = plan
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
  await changeTenantPlugin(room, loaded, actor, name, async (row, tx) => ({
    change: { ...decision, ...(await begin(tx, loaded.model, row, actor)) },
    audit: 'plugin_granted',
    details: granted(decision),
  }))
}

export const granted = ({ grants, refused }: Decision): string =>
  [...grants, ...refused.map((key) => `not ${key}`)].join(', ')

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
