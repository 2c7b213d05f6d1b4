// Which version of a plugin a dry run is of: one that somebody holds in their hands, one that waits, or the one that is
// installed, on or off. What nobody has decided over yet is taken as granted: that is what is to be decided.
import { RelataError } from '../../../sdk/errors.ts'
import { type PluginArchive, readArchive } from '../../../sdk/plugin/archive.ts'
import { asksOf } from '../../../sdk/plugin/asks.ts'
import type { DryRunRequest } from '../../../sdk/wire/plugins.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { Candidate } from '../contract.ts'
import { findPlugin, type PluginRow, readCode, requirePlugin } from '../plugin-rows.ts'
import { carriedSettings, readForm } from '../settings-form.ts'
import { carryOver, type Decision, undecided } from './grants.ts'
import { requireSound } from './install.ts'
import type { LifeRoom } from './life-room.ts'
import { planInstall } from './plan.ts'

const NOTHING: Decision = { grants: [], refused: [] }

/** @throws RL205 no such plugin, or nothing that waits · RL408 the package could not be installed */
export async function candidateOf(
  room: LifeRoom,
  loaded: LoadedTenant,
  name: string,
  { package: base64, isNext = false }: Pick<DryRunRequest, 'package' | 'isNext'>,
): Promise<Candidate> {
  const { schema } = loaded.tenant
  if (base64 !== undefined) {
    const archive = readArchive(Buffer.from(base64, 'base64'))
    if (archive.name !== name) throw otherName(archive.name, name)
    requireSound(await planInstall(room, loaded, archive))
    const row = await findPlugin(room.database, schema, name)
    return ofArchive(archive, row, row ?? NOTHING)
  }
  const row = await requirePlugin(room.database, schema, name)
  if (isNext) return ofNext(row)
  const { version, hash, manifest, behaviour, userId, settings, label } = row
  const code = await readCode(room.database, schema, name)
  return {
    plugin: { name, version, hash, userId, manifest, behaviour, settings, grants: grantsOf(row, row) },
    ...{ label, code: code?.code ?? '', sourceMap: code?.sourceMap ?? null, source: null },
  }
}

function ofNext(row: PluginRow): Candidate {
  const { next, name } = row
  if (!next)
    throw new RelataError('RL205', `No version of ${name} waits.`, { hint: 'Leave isNext out, or send the package.' })
  return ofArchive(readArchive(Buffer.from(next.archive, 'base64')), row, next.phase === 'grant' ? row : next)
}

function ofArchive(archive: PluginArchive, row: PluginRow | undefined, decision: Decision): Candidate {
  const { name, version, label, codeHash: hash, manifest, behaviour, code, sourceMap, source } = archive
  const settings = carriedSettings(readForm(manifest.settings), row?.settings ?? {})
  const grants = grantsOf({ manifest, behaviour }, decision)
  return {
    plugin: { name, version, hash, manifest, behaviour, settings, grants, userId: row?.userId ?? '' },
    ...{ label, code: code ?? '', sourceMap, source },
  }
}

function grantsOf({ manifest, behaviour }: Pick<PluginRow, 'manifest' | 'behaviour'>, before: Decision): Set<string> {
  const asks = asksOf(manifest, behaviour)
  const decision = carryOver(asks, before)
  return new Set([...decision.grants, ...undecided(asks, decision).map(({ key }) => key)])
}

const otherName = (archive: string, name: string): RelataError =>
  new RelataError('RL408', `The package is of “${archive}”, and not of “${name}”.`, {
    hint: `POST plugins/${archive}/dry-run.`,
  })
