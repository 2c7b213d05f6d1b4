// Moments as the frame shows them. Values of fields are formatted by studio/fields.
import type { WireValue } from '../../sdk/wire/records.ts'
import { locale } from './i18n.ts'
import { timeZone } from './session.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** `12 Mar 2026, 14:05` in the reader's language and zone; '' for none. */
export function formatMoment(value: WireValue | undefined): string {
  if (typeof value !== 'string') return ''
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return ''
  const key = `${locale()} ${timeZone()}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: timeZone() })
    formats.set(key, format)
  }
  return format.format(at)
}
