// Records that do not come back once they are deleted: a session that was ended, an invitation that was revoked. What is
// said of them names what happened, and offers no undo that would be refused.
import { type TextKey, t } from '../app/i18n.ts'

const WORDS: Readonly<Record<string, { act: TextKey; done: TextKey }>> = {
  'system.session': { act: 'sessions.end', done: 'sessions.ended' },
  'system.invitation': { act: 'invite.revoke', done: 'invite.revoked' },
}

/** What deleting a record of this entity is called; undefined: deleting. */
export const finalAct = (entity: string): string | undefined => {
  const words = WORDS[entity]
  return words && t(words.act)
}

/** What is said afterwards; undefined: it is in the trash. */
export const finalDone = (entity: string, count: number): string | undefined => {
  const words = WORDS[entity]
  return words && t(words.done, { count })
}
