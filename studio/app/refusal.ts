// What was refused, in the reader's language. The server speaks English; its codes and keys are what is translated.
import type { Problem } from '../../sdk/errors.ts'
import { enAccess } from '../catalogue/en-access.ts'
import { enErrors } from '../catalogue/en-errors.ts'
import { enFields } from '../catalogue/en-fields.ts'
import { enRelationships } from '../catalogue/en-relationships.ts'
import { ApiError } from './api.ts'
import { languageOf, locale, t } from './i18n.ts'
import { text } from './meta.ts'

/** What went wrong and what to do. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unexpected')
  if (error.code === 'network') return t('network.unreachable')
  const waitS = error.code === 'RL400' ? error.members['retryAfterSeconds'] : undefined
  if (typeof waitS === 'number') return t('error.wait', { count: Math.ceil(waitS / 60) })
  const key = `error.${error.code}`
  if ((languageOf(locale()) !== 'en' || FOR_PROGRAMS.has(key)) && isErrorKey(key)) return t(key)
  return error.hint ? `${error.message} ${error.hint}` : error.message
}

/** What is wrong with one value. */
export function problemText({
  key,
  params,
  message,
  text: authored,
}: Pick<Problem, 'key' | 'params' | 'message' | 'text'>): string {
  if (authored !== undefined) return text(authored)
  const known = `refusal.${key}`
  return isRefusalKey(known) ? t(known, params) : `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}

/** The server's own hint speaks of addresses. */
const FOR_PROGRAMS: ReadonlySet<string> = new Set(['error.RL217'])

type ErrorKey = Extract<keyof typeof enErrors, `error.RL${string}`>
const isErrorKey = (key: string): key is ErrorKey => Object.hasOwn(enErrors, key)
const refusals = { ...enErrors, ...enFields, ...enRelationships, ...enAccess }
type RefusalKey = Extract<keyof typeof refusals, `refusal.${string}`>
const isRefusalKey = (key: string): key is RefusalKey => Object.hasOwn(refusals, key)
