// What processes tell one another, so that nobody's cached rights outlive a change: NOTIFY on one channel.

export const AUTH_CHANNEL = 'relata_auth'

/** Rights within a tenant changed. */
export const tenantMessage = (schema: string): string => `tenant ${schema}`
/** Sessions of an account ended, or its name changed. */
export const identityMessage = (id: string): string => `identity ${id}`

export type AuthMessage = { tenant: string } | { identity: string } | 'everything'

/** What is not understood comes from another version: forget everything. */
export function readMessage(payload: string): AuthMessage {
  const [subject, value] = payload.split(' ')
  if (subject === 'tenant' && value) return { tenant: value }
  if (subject === 'identity' && value) return { identity: value }
  return 'everything'
}
