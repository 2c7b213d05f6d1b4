// What an install or an upgrade would do, before it does it: everything that is asked for, the tables and rights, what the
// code does, and what stands in its way. Changes nothing; the code of the plugin is run once, in the sandbox, to say what
// it does.
import { isDeepStrictEqual } from 'node:util'
import { Value } from '@sinclair/typebox/value'
import { type Problem, RelataError } from '../../../sdk/errors.ts'
import type { Snapshot } from '../../../sdk/metadata/snapshot.ts'
import type { PluginArchive } from '../../../sdk/plugin/archive.ts'
import { type Ask, asksOf } from '../../../sdk/plugin/asks.ts'
import { Behaviour, type MigrationBehaviour, NO_BEHAVIOUR } from '../../../sdk/plugin/behaviour.ts'
import type { Acceptable } from '../../../sdk/wire/plugins.ts'
import { Model } from '../../catalog/model.ts'
import { compareVersions } from '../../catalog/semver.ts'
import { SERVER_VERSION } from '../../platform/version.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { PublishPlan } from '../../services.ts'
import { checkNamesIn, checkPackage } from './check-behaviour.ts'
import { describeCode } from './describe.ts'
import type { LifeRoom } from './life-room.ts'
import { transition } from './transition.ts'
import { dueMigrations, firstSteps } from './due-steps.ts'
import { migrationReach } from './migration-reach.ts'
import type { Holding } from './plan-removal.ts'
import { findPlugin, type PluginRow } from '../plugin-rows.ts'
import { scanCode, type ScanResult } from './scan-code.ts'

export interface InstallPlan {
  archive: PluginArchive
  installed: PluginRow | undefined
  kind: 'install' | 'upgrade' | 'downgrade' | 'replace' | 'same'
  asks: readonly Ask[]
  /** undefined: it has problems. */
  metadata: PublishPlan | undefined
  migrations: readonly MigrationBehaviour[]
  /** What these could change of what is there. */
  reach: readonly Holding[]
  needs: readonly Acceptable[]
  problems: readonly Problem[]
  warnings: readonly Problem[]
}

export async function planInstall(room: LifeRoom, loaded: LoadedTenant, archive: PluginArchive): Promise<InstallPlan> {
  const schema = loaded.tenant.schema
  const installed = await findPlugin(room.database, schema, archive.name)
  const { metadata, problems } = await planMetadata(room, loaded, archive)
  const checked = await checkPlugin(room, loaded, archive, metadata?.snapshot)
  const between = installed && problems.length === 0 ? await planTransition(room, loaded, archive, installed) : []
  const isPackage = !installed && loaded.model.snapshot.packages.some(({ name }) => name === archive.name)
  const { behaviour } = archive
  const migrations = installed ? dueMigrations(behaviour, installed.version) : firstSteps(behaviour)
  return {
    migrations,
    reach: migrations.length > 0 ? await migrationReach(room.database, loaded, archive) : [],
    archive,
    installed,
    kind: kindOf(archive, installed),
    asks: asksOf(archive.manifest, archive.behaviour),
    metadata,
    needs: needsOf(archive, installed, isPackage),
    problems: [...checked.problems, ...problems, ...between],
    warnings: [...checked.warnings, ...warningsOf(archive, installed), ...(metadata?.warnings ?? [])],
  }
}

const NOTHING: ScanResult = { problems: [], warnings: [] }

/** @param snapshot with which it would run; absent: its metadata has problems */
export async function checkPlugin(
  room: LifeRoom,
  loaded: LoadedTenant,
  archive: PluginArchive,
  snapshot: Snapshot | undefined,
): Promise<ScanResult> {
  const scan = archive.code === null ? NOTHING : scanCode(archive.code, archive.sourceMap)
  // Code that does not pass the scan is not run, not even to ask what it does.
  const compared = scan.problems.length === 0 ? await compareWithCode(room, loaded, archive) : []
  const named = snapshot ? checkNamesIn(new Model(snapshot), archive) : []
  return {
    problems: [...checkPackage(archive, SERVER_VERSION), ...scan.problems, ...compared, ...named],
    warnings: scan.warnings,
  }
}

function kindOf({ version, hash }: PluginArchive, installed: PluginRow | undefined): InstallPlan['kind'] {
  if (!installed) return 'install'
  if (installed.archiveHash === hash) return 'same'
  const order = compareVersions(version, installed.version)
  return order > 0 ? 'upgrade' : order < 0 ? 'downgrade' : 'replace'
}

/** Whoever signed first is trusted; what would come from somebody else, or from the past, is asked for by name. */
function needsOf(archive: PluginArchive, installed: PluginRow | undefined, isPackage: boolean): Acceptable[] {
  const kind = kindOf(archive, installed)
  const isOther = installed !== undefined && installed.signer !== null && installed.signer !== archive.signer
  return [
    ...(isOther ? (['signer'] as const) : []),
    ...(kind === 'downgrade' ? (['downgrade'] as const) : []),
    ...(kind === 'replace' && !installed?.isDevelopment ? (['replace'] as const) : []),
    ...(isPackage ? (['package'] as const) : []),
  ]
}

function warningsOf({ signer, manifest }: PluginArchive, installed: PluginRow | undefined): Problem[] {
  const known = new Set(installed?.manifest.permissions?.http)
  const hosts = installed ? (manifest.permissions?.http ?? []).filter((host) => !known.has(host)) : []
  const warn = (key: string, message: string, hint: string): Problem => ({ path: '', key, message, hint })
  return [
    ...(signer === null
      ? [warn('unsigned', 'Nobody has signed this package', 'Install it only if you know where it comes from.')]
      : []),
    ...(installed && installed.signer !== null && installed.signer !== signer
      ? [
          warn(
            'other_signer',
            signer === null
              ? 'The installed version is signed, and this one is not.'
              : `The installed version was signed by ${installed.signer}, and this one by ${signer}.`,
            'Ask its author whether the key has changed before you go on.',
          ),
        ]
      : []),
    ...hosts.map((host) => warn('new_host', `It would call ${host}, which it did not before.`, 'Ask why.')),
  ]
}

/** Migrations need what the new version adds beside what is there. */
async function planTransition(
  room: LifeRoom,
  loaded: LoadedTenant,
  archive: PluginArchive,
  installed: PluginRow,
): Promise<Problem[]> {
  if (dueMigrations(archive.behaviour, installed.version).length === 0) return []
  const source = await transition(room, loaded, archive.source)
  const { problems } = source ? await planMetadata(room, loaded, { source }) : { problems: [] }
  return problems.map((one) => ({
    ...one,
    message: `beside the installed version, while its migrations run: ${one.message}`,
    hint: one.hint ?? 'Bring what is new in a version of its own, and the migration in the next.',
  }))
}

export async function planMetadata(
  room: LifeRoom,
  loaded: LoadedTenant,
  { source }: Pick<PluginArchive, 'source'>,
): Promise<{ metadata: PublishPlan | undefined; problems: readonly Problem[] }> {
  try {
    return { metadata: await room.publisher.plan(loaded.tenant, [source]), problems: [] }
  } catch (error) {
    if (!(error instanceof RelataError) || error.status >= 500) throw error
    const one: Problem = {
      path: '',
      key: error.code,
      message: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
    }
    return { metadata: undefined, problems: error.problems.length > 0 ? error.problems : [one] }
  }
}

/** What stands in behaviour.json is what the administrator is shown: the code has to say the same. */
async function compareWithCode(room: LifeRoom, loaded: LoadedTenant, archive: PluginArchive): Promise<Problem[]> {
  const { code } = archive
  if (code === null) return []
  const problem = (message: string, hint?: string): Problem[] => [
    { path: '', file: 'behaviour.json', key: 'behaviour', message, ...(hint === undefined ? {} : { hint }) },
  ]
  const outcome = await describeCode(room.sandbox, {
    tenant: loaded.tenant.schema,
    plugin: archive.name,
    version: archive.version,
    hash: archive.codeHash,
    load: async () => code,
  })
  if (!outcome.ok) return problem(`cannot be compared with the code: ${outcome.why}`)
  const said = outcome.value
  if (!Value.Check(Behaviour, said)) return problem('cannot be compared with the code, which does not describe itself')
  const whole = { ...NO_BEHAVIOUR, ...archive.behaviour }
  const differing = Object.entries(said).filter(([part, value]) => {
    const [, written] = Object.entries(whole).find(([name]) => name === part) ?? []
    return !isDeepStrictEqual(value, written)
  })
  if (differing.length === 0) return []
  return problem(
    `does not say what the code does (${differing.map(([part]) => part).join(', ')})`,
    'Build it anew with “relata plugin pack”.',
  )
}
