// The table of everything that plugins may ask of their host.
import { Type } from '@sinclair/typebox'
import { setTimeout as pause } from 'node:timers/promises'
import { type Capability, capability } from './call.ts'
import { HTTP } from './http.ts'
import { MAIL, START_JOB } from './outbound.ts'
import { RECORD_CAPABILITIES } from './records.ts'

const SLEEP = capability(
  'sleep',
  Type.Object({ ms: Type.Number({ minimum: 0, maximum: 60_000 }) }, { additionalProperties: false }),
  async ({ signal }, { ms }) => {
    await pause(ms, undefined, { signal })
    return null
  },
)

const ALL: readonly Capability[] = [...RECORD_CAPABILITIES, HTTP, MAIL, START_JOB, SLEEP]

/** By name: a Map, for names come from guests, and an object has members that nobody wrote. */
export const CAPABILITIES: ReadonlyMap<string, Capability> = new Map(ALL.map((one) => [one.name, one]))
