// Who a request is from, within one tenant. Made by auth/, read by plan/ and written into history.
import type { Role } from '../sdk/metadata/snapshot.ts'

export type ActorKind = 'person' | 'key' | 'system'

export interface Actor {
  kind: ActorKind
  /** Tenant slug, as in the address. */
  tenant: string
  /** Row in the tenant's `system.user` entity: every actor has one, key and system included. */
  userId: string
  displayName: string
  email: string | null
  /** Names of the roles held; grants add up. Sorted, so that equal sets give equal cache keys. */
  roles: readonly string[]
  /** API key id when kind is `key`. */
  keyId: string | null
  locale: string
  /** IANA time zone of the person. */
  timeZone: string
}

/** `roles` that a snapshot knows, resolved; unknown names grant nothing. */
export type RolesOf = (actor: Actor) => readonly Role[]
