// Kinds of work as pg-boss keeps them: one queue each, strictly in order within a key, fair between tenants.
import type { Queue as BossQueue } from 'pg-boss'
import type { NewWork, Schedule, WorkHandler, WorkRules } from '../events/contract.ts'
import { newId } from '../run/new-id.ts'

export interface Kind {
  name: string
  handler: WorkHandler
  rules: WorkRules
}

export const TRIES = 8
export const PAUSE_S = 2
const MOST_PAUSE_S = 60 * 60
const MOST_S = 15 * 60
/** A process that has not been heard of for so long has lost its work to the others. */
export const SILENT_S = 10
/** The same for pg-boss, should nobody look. */
const FORGOTTEN_S = 60
const DAY_S = 24 * 60 * 60

/** What the parts of a key are joined by; a name of a schema has none. */
const MARK = '/'
export const keyPrefix = (schema: string, prefix = ''): string => `${schema}${MARK}${prefix}`

/**
 * pg-boss itself never gives up: work that it calls failed would hold back what comes after it in its key for good. When
 * it is enough is counted by `worker.ts`.
 */
export function queueOf({ rules }: Kind): Omit<BossQueue, 'name' | 'policy'> & { policy: string } {
  const { pauseS = PAUSE_S, mostPauseS = MOST_PAUSE_S, mostS = MOST_S } = rules
  return {
    policy: 'key_strict_fifo',
    retryLimit: 1_000_000,
    retryDelay: pauseS,
    retryBackoff: pauseS > 0,
    ...(pauseS > 0 ? { retryDelayMax: mostPauseS } : {}),
    expireInSeconds: mostS,
    heartbeatSeconds: FORGOTTEN_S,
    // Done: looked at by nobody. Waiting: longer than anything is tried.
    deleteAfterSeconds: 60 * 60,
    retentionSeconds: 300 * DAY_S,
  }
}

/** Of one instant in this order: pg-boss goes by the time of the transaction, then by id. */
export function jobOf({ schema, key, payload, startAfterMs = 0, letter }: NewWork) {
  const id = newId()
  return {
    id,
    data: { schema, payload, ...(key === undefined ? {} : { key }), ...(letter === undefined ? {} : { letter }) },
    singletonKey: keyPrefix(schema, key ?? `${MARK}${id}`),
    group: { id: schema },
    ...(startAfterMs > 0 ? { startAfter: new Date(Date.now() + startAfterMs) } : {}),
  }
}

/** pg-boss allows few signs in the key of a schedule. */
export const scheduleKey = ({ schema, key }: Pick<Schedule, 'schema' | 'key'>): string =>
  keyPrefix(
    schema,
    key.replace(/[^\w.-]/g, (sign) => `${MARK}${sign.codePointAt(0)?.toString(16)}${MARK}`),
  )

/** What stands in the row of pg-boss. */
export interface Stored {
  schema: string
  payload: unknown
  /** In order within it. */
  key?: string
  letter?: string
}
