// Where an account is signed in, for its owner: the list, and the end of one or of all the others.
import type { Database } from '../run/database.ts'
import { describeDevice } from './device.ts'
import { AUTH_SCHEMA } from './library.ts'
import type { SignedIn } from './sessions.ts'

export interface SessionInfo {
  id: string
  /** `Firefox, Windows` */
  device: string
  created_at: string
  expires_at: string
  /** The one that asks. */
  is_current: boolean
}

export interface EndedSession {
  /** Fingerprint of its token. */
  tokenHash: string
}

/** The present one first, then the newest. */
export async function listSessions(database: Database, { id, sessionId }: SignedIn): Promise<SessionInfo[]> {
  const rows = await database.query(
    `SELECT id, "userAgent", to_json("createdAt") #>> '{}', to_json("expiresAt") #>> '{}', id = $2::uuid FROM ${AUTH_SCHEMA}.session
     WHERE "userId" = $1::uuid AND "expiresAt" > now() ORDER BY id = $2::uuid DESC, "createdAt" DESC, id LIMIT 100`,
    [id, sessionId],
  )
  return rows.map(([session, userAgent, createdAt, expiresAt, isCurrent]) => ({
    id: session ?? '',
    device: describeDevice(userAgent ?? ''),
    created_at: new Date(createdAt ?? 0).toISOString(),
    expires_at: new Date(expiresAt ?? 0).toISOString(),
    is_current: isCurrent === 't',
  }))
}

/**
 * One session of this account, or all but the one that asks.
 * @param which id of a session, which the caller has checked to be a UUID
 */
export async function endSessions(
  database: Database,
  { id, sessionId }: SignedIn,
  which: string,
): Promise<EndedSession[]> {
  const condition = which === 'others' ? 'id <> $2::uuid' : 'id = $2::uuid'
  const rows = await database.query(
    `DELETE FROM ${AUTH_SCHEMA}.session WHERE "userId" = $1::uuid AND ${condition} RETURNING token`,
    [id, which === 'others' ? sessionId : which],
  )
  return rows.map(([token]) => ({ tokenHash: token ?? '' }))
}
