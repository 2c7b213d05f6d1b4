// A later version of a plugin that somebody has brought, from its bytes until it runs.
import { RelataError } from '../../../sdk/errors.ts'
import { type PluginArchive, readArchive } from '../../../sdk/plugin/archive.ts'
import type { Actor } from '../../actor.ts'
import type { NextVersion, PluginRow } from '../plugin-rows.ts'
import type { Decision } from './grants.ts'

/** As it is held while it is looked at, kept and brought in. */
export interface Incoming {
  archive: PluginArchive
  bytes: Uint8Array
  decision: Decision
  /** What was installed when it was looked at. */
  installed: PluginRow | undefined
  isDevelopment: boolean
}

export function nextOf(
  { archive, bytes, decision }: Incoming,
  phase: NextVersion['phase'],
  actor: Pick<Actor, 'userId'>,
): NextVersion {
  const { version, hash: archiveHash } = archive
  return { version, archiveHash, phase, archive: Buffer.from(bytes).toString('base64'), ...decision, by: actor.userId }
}

/** What waits, as it came. */
export function incomingOf(installed: PluginRow, next: NextVersion): Incoming {
  const bytes = Buffer.from(next.archive, 'base64')
  const { grants, refused } = next
  return { archive: readArchive(bytes), bytes, decision: { grants, refused }, installed, isDevelopment: false }
}

/** @throws RL214 something goes on that has to end first */
export function requireIdle(installed: PluginRow | undefined): void {
  if (installed?.next?.phase === 'migration')
    throw new RelataError('RL214', `${installed.name} is being upgraded.`, { hint: 'Wait until it is done.' })
  if (installed?.state === 'removing')
    throw new RelataError('RL214', `${installed.name} is being removed.`, { hint: 'Wait until it is gone.' })
}
