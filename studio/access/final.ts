// Records that do not come back once they are deleted: sessions, which end by it, and invitations, which are revoked by
// it while they are open. What is said of them names what happened, and offers no undo that would be refused.
import type { WireRecord } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'

const SESSION = 'system.session'
const INVITATION = 'system.invitation'

/** What deleting this record is called; undefined: deleting. */
export function finalAct(entity: string, { state }: WireRecord): string | undefined {
  if (entity === SESSION) return t('sessions.end')
  return entity === INVITATION && state === 'open' ? t('invite.revoke') : undefined
}

/** What is said afterwards; undefined: it is in the trash. */
export function finalDone(entity: string, count: number): string | undefined {
  if (entity === SESSION) return t('sessions.ended', { count })
  return entity === INVITATION ? t('invite.gone', { count }) : undefined
}
