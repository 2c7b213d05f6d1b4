// What a plugin may ask of its host, one by one: a name, the arguments, what it counts against, and the work. A table of
// these is all that guest code can reach.
import type { Static, TObject } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { RelataError } from '../../../../sdk/errors.ts'
import type { WireDrySent } from '../../../../sdk/wire/plugins.ts'
import type { Context } from '../../../run/context.ts'
import type { EntryKind } from '../../../sandbox/contract.ts'
import type { ActRoom } from '../act-room.ts'
import type { ActivePlugin } from '../../contract.ts'
import type { Counters } from '../counters.ts'
import type { Records } from '../own-transaction.ts'

/** One run, as its capabilities see it. */
export interface Run {
  room: ActRoom
  plugin: ActivePlugin
  kind: EntryKind
  /** Of who acts: rights, tenant, version. */
  context: Context
  records: Records
  counters: Counters
  /** The run is over or given up. */
  signal: AbortSignal
  /** Told of each record that it wrote. */
  onWritten: (entity: string, id: string) => void
}

/** @returns false: it is to be done, and not only to be noted down */
export function isCaught({ room: { rehearsal } }: Run, kind: WireDrySent['kind'], what: string, detail: string | null) {
  rehearsal?.caught.push({ kind, what, detail: detail?.slice(0, MOST_DETAIL) ?? null })
  return rehearsal !== undefined
}
/** Characters of what would have been sent. */
const MOST_DETAIL = 1_000

export interface Capability {
  name: string
  /** @throws RelataError, which the guest is told · LimitReached, which ends the run */
  ask(run: Run, args: unknown): Promise<unknown>
}

export function capability<A extends TObject>(
  name: string,
  args: A,
  work: (run: Run, args: Static<A>) => Promise<unknown>,
): Capability {
  const checker = TypeCompiler.Compile(args)
  return {
    name,
    async ask(run, given) {
      if (checker.Check(given)) return work(run, given)
      const first = checker.Errors(given).First()
      const where = first?.path ? ` at ${first.path}` : ''
      throw new RelataError('RL100', `The arguments of ${name} are not valid${where}: ${first?.message ?? ''}.`)
    },
  }
}

/** @throws RL404 unless an administrator granted it */
export function requireGrant({ plugin }: Run, key: string, what: string, line: object): void {
  if (plugin.grants.has(key)) return
  throw new RelataError('RL404', `The plugin ${plugin.name} may not ${what}.`, {
    hint: `Ask for it in plugin.json: ${manifestText(line)}`,
    members: { grants: [key] },
  })
}

/** Members as an author writes them, in one line: `"permissions": { "mail": true }`. */
export function manifestText(line: object): string {
  const text = JSON.stringify(line, null, 1).replace(/\s+/g, ' ')
  return text.slice(1, -1).trim()
}
