// What a new password has to be. Length counts most; beyond it only what guessers try first is refused: common words and
// runs of keys with a few signs around them, and what everybody knows of the person. Runs in the browser too, so that
// people are told while they type. What the server says counts.
import type { Problem } from '../errors.ts'
import { COMMON_PIECES } from './common.ts'

export const DEFAULT_MIN_LENGTH = 10
export const MAX_LENGTH = 128

export interface PasswordPolicy {
  minLength: number
  /** The person's address and name. */
  about: readonly string[]
}

/** So many characters have to remain when everything common is taken away. */
const OWN_CHARACTERS = 4
/** Shorter parts of names stand in ordinary words. */
const TELLING_LENGTH = 4

/** @returns the first thing that is wrong, `path` left empty; null: it will do */
export function findWeakness(password: string, { minLength, about }: PasswordPolicy): Problem | null {
  const length = [...password].length
  if (length < minLength) return problem('too_short', `must have at least ${minLength} characters`, { min: minLength })
  if (password.length > MAX_LENGTH)
    return problem('too_long', `may have at most ${MAX_LENGTH} characters`, { max: MAX_LENGTH })
  const folded = fold(password)
  if (about.flatMap(tellingParts).some((part) => folded.includes(part)))
    return problem('password_personal', 'must not contain your name or address')
  if (ownCharacters(password) < OWN_CHARACTERS)
    return problem('password_common', 'is among the first that somebody would guess')
  return null
}

function problem(key: string, message: string, params?: Record<string, number>): Problem {
  return { path: '', key, message, ...(params ? { params } : {}) }
}

/** `Ada Lovelace` → ada lovelace, lovelace; `ada@example.org` → ada@example.org, and `ada` only were it longer. */
function tellingParts(known: string): string[] {
  const text = fold(known.trim())
  const parts = text.includes('@') ? [text, text.slice(0, text.indexOf('@'))] : [text, ...text.split(/[\s.,'’-]+/)]
  return parts.filter((part) => part.length >= TELLING_LENGTH)
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

const STAND_INS: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '0': 'o',
  '3': 'e',
  $: 's',
  '5': 's',
  '7': 't',
}

/** As people disguise words: `p@ssw0rd`. One sign for one, so that both texts have the same places. */
const undisguised = (text: string): string => text.replace(/[@40$357]/g, (sign) => STAND_INS[sign] ?? sign)

/** How many characters no guesser has in a list; the same one several times counts once. */
function ownCharacters(password: string): number {
  const plain = fold(password)
  const left = [...plain]
  for (const text of [plain, undisguised(plain)]) {
    for (const piece of COMMON_PIECES) {
      for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1)) {
        left.fill('', at, at + piece.length)
      }
    }
  }
  return new Set(left.filter((sign) => sign.trim() !== '')).size
}
