// What came of one hook on one record, and the words for what went wrong.
import { RelataError } from '../../../sdk/errors.ts'
import { firstPosition, mapStack } from '../../../sdk/plugin/build/map-stack.ts'
import type { WireDryRecord } from '../../../sdk/wire/plugins.ts'

export type Tried = Pick<WireDryRecord, 'outcome' | 'changes' | 'problems' | 'sent'>

export const NOTHING: Tried = { outcome: 'nothing', changes: [], problems: [], sent: [] }

export const refused = ({ problems, message }: RelataError): Tried => ({
  ...NOTHING,
  outcome: 'refused',
  problems: problems.length > 0 ? problems.map((one) => ({ path: one.path, message: one.message })) : [{ message }],
})

const MOST_STACK = 4_000

/** @param map of the code that was tried @throws what is not about the plugin, as it came */
export function failed(error: unknown, map: string | null): Tried {
  if (!(error instanceof RelataError) || error.code === 'RL500' || error.code === 'RL501') throw error
  const problems = error.problems.map((one) => ({ path: one.path, message: one.message }))
  const { cause } = error
  const thrown = isGuestError(cause) ? cause : undefined
  const message = thrown ? `${thrown.name}: ${thrown.message}` : withHint(error)
  const place = thrown && map !== null ? firstPosition(thrown.stack, map) : undefined
  const stack = thrown && (map === null ? thrown.stack : mapStack(thrown.stack, map)).slice(0, MOST_STACK)
  const first = {
    message,
    ...(place ? { at: `${place.file}:${place.line}:${place.column}` } : {}),
    ...(stack ? { stack } : {}),
  }
  return { ...NOTHING, outcome: 'failed', problems: [first, ...problems] }
}

const withHint = ({ message, hint }: RelataError): string => (hint === undefined ? message : `${message} ${hint}`)

function isGuestError(cause: unknown): cause is { name: string; message: string; stack: string } {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    !(cause instanceof RelataError) &&
    'stack' in cause &&
    typeof cause.stack === 'string' &&
    'name' in cause &&
    'message' in cause
  )
}
