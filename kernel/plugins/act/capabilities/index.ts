// The table of everything that plugins may ask of their host.
import { Type } from '@sinclair/typebox'
import { setTimeout as pause } from 'node:timers/promises'
import type { EntryKind } from '../../../sandbox/contract.ts'
import { type Capability, capability } from './call.ts'
import { HTTP } from './http.ts'
import { MAIL, START_JOB } from './outbound.ts'
import { READING, RECORD_CAPABILITIES } from './records.ts'

const SLEEP = capability(
  'sleep',
  Type.Object({ ms: Type.Number({ minimum: 0, maximum: 60_000 }) }, { additionalProperties: false }),
  async ({ signal }, { ms }) => {
    await pause(ms, undefined, { signal })
    return null
  },
)

const ALL: readonly Capability[] = [...RECORD_CAPABILITIES, HTTP, MAIL, START_JOB, SLEEP]

const namesOf = (list: readonly Capability[]): ReadonlySet<string> => new Set(list.map(({ name }) => name))

/** What runs of these kinds may ask for; others may ask for everything. */
const LESS: Partial<Record<EntryKind, { may: ReadonlySet<string>; instead: string }>> = {
  before: {
    may: new Set(READING),
    instead:
      'A hook within a save reads records, and changes the one that is saved by what it returns; everything else belongs into an after-hook.',
  },
  // The version before still runs, and a page that fails is run again: nothing may leave with it.
  migration: { may: namesOf(RECORD_CAPABILITIES), instead: 'A migration works with records alone.' },
}

export const mayAsk = (kind: EntryKind, name: string): boolean => LESS[kind]?.may.has(name) ?? true
export const whereInstead = (kind: EntryKind): string =>
  LESS[kind]?.instead ?? 'See docs/plugin-reference.md for what may be asked where.'

/** By name: a Map, for names come from guests, and an object has members that nobody wrote. */
export const CAPABILITIES: ReadonlyMap<string, Capability> = new Map(ALL.map((one) => [one.name, one]))
