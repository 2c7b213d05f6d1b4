// What administrators are told of plugins: rows of the database in the shapes of sdk/wire/plugins.ts.
import { readArchive } from '../../../sdk/plugin/archive.ts'
import { type Ask, asksOf } from '../../../sdk/plugin/asks.ts'
import type {
  WireAsked,
  WirePlugin,
  WirePluginPlan,
  WirePluginSummary,
  WireRemovalPlan,
} from '../../../sdk/wire/plugins.ts'
import type { WirePlan } from '../../../sdk/wire/metadata.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { PublishPlan } from '../../services.ts'
import { behaviourChanges } from './behaviour-changes.ts'
import { carryOver, type Decision } from './grants.ts'
import type { LifeRoom } from './life-room.ts'
import { migrationStates } from './migration-rows.ts'
import type { InstallPlan } from './plan.ts'
import { listPlugins, type PluginRow, readReadme, requirePlugin } from '../plugin-rows.ts'
import { secretStates } from '../plugin-secrets.ts'
import { clientForm, readForm } from '../settings-form.ts'
import { dependentsOf, type RemovalPlan } from './plan-removal.ts'

export async function listView(room: LifeRoom, { tenant }: LoadedTenant): Promise<WirePluginSummary[]> {
  const rows = await listPlugins(room.database, tenant.schema)
  await room.health.read(tenant.schema)
  return rows.map((row) => summary(room, tenant.schema, row))
}

function summary({ sandbox }: LifeRoom, schema: string, row: PluginRow): WirePluginSummary {
  const { name, label, version, state, signer, isDevelopment, archiveHash: hash, error, next } = row
  const waits = next && { version: next.version, hash: next.archiveHash, phase: next.phase }
  const { installedAt, changedAt } = row
  return {
    ...{ name, label, version, state, signer, isDevelopment, hash, error, installedAt, changedAt },
    next: waits,
    health: sandbox.health(schema, name),
  }
}

/** @throws RL205 */
export async function pluginView(room: LifeRoom, { tenant }: LoadedTenant, name: string): Promise<WirePlugin> {
  const { schema } = tenant
  const row = await requirePlugin(room.database, schema, name)
  await room.health.read(schema)
  const { manifest, behaviour, settings, userId, next } = row
  return {
    ...summary(room, schema, row),
    ...{ manifest, behaviour, settings, userId },
    form: clientForm(readForm(manifest.settings), name),
    asks: asked(asksOf(manifest, behaviour), row),
    nextAsks: next ? nextAsks(row, next) : [],
    secrets: await secretStates(room.database, schema, name, manifest),
    migrations: await migrationStates(room.database, schema, name),
    readme: await readReadme(room.database, schema, name),
    dependents: await dependentsOf(room.database, schema, name),
  }
}

function asked(asks: readonly Ask[], { grants, refused }: Decision): WireAsked[] {
  return asks.map((ask) => ({
    ask,
    isGranted: grants.includes(ask.key) ? true : refused.includes(ask.key) ? false : null,
  }))
}

function nextAsks(row: PluginRow, next: NonNullable<PluginRow['next']>): WireAsked[] {
  const { manifest, behaviour } = readArchive(Buffer.from(next.archive, 'base64'))
  return asked(asksOf(manifest, behaviour), next.phase === 'grant' ? carryOver(asksOf(manifest, behaviour), row) : next)
}

export function planView(plan: InstallPlan): WirePluginPlan {
  const { archive, installed, kind, asks, metadata, migrations, reach, needs, problems, warnings } = plan
  const { name, label, description, version, hash, signer, readme, code, behaviour } = archive
  return {
    ...{ name, label, description, version, hash, signer, readme, kind },
    codeBytes: code?.length ?? 0,
    installed: installed ? { version: installed.version, hash: installed.archiveHash, signer: installed.signer } : null,
    asks: asked(asks, carryOver(asks, installed ?? { grants: [], refused: [] })),
    metadata: metadata ? wirePlan(metadata) : null,
    behaviour: behaviourChanges(installed?.behaviour, behaviour),
    migrations: migrations.map((one) => ({ name: one.name, label: one.label ?? one.name, version: one.version })),
    reach: [...reach],
    needs: [...needs],
    problems: [...problems],
    warnings: [...warnings],
  }
}

export const wirePlan = ({ snapshot: _, ...plan }: PublishPlan): WirePlan => plan

export function removalView(plan: RemovalPlan): WireRemovalPlan {
  const { plugin, entities, fields, dependents, metadata, drops, problems } = plan
  return {
    name: plugin.name,
    version: plugin.version,
    entities: [...entities],
    fields: [...fields],
    dependents: [...dependents],
    metadata: metadata ? wirePlan(metadata) : null,
    drops: [...drops],
    problems: [...problems],
  }
}
