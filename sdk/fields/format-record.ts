// A record that a value points to, in words: its display name where the answer brought it, else its id.
import type { WireValue } from '../wire/records.ts'
import { membersOf } from './parsed.ts'

export function formatRecord(value: WireValue): string {
  if (typeof value === 'string') return value
  const members = membersOf(value)
  const texts = [members?.['display_name'], members?.['id']].filter((one) => typeof one === 'string')
  return texts.find((one) => one !== '') ?? ''
}
