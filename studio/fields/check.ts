// What is wrong with a value, in words, before the server is asked.
import { fieldType } from '../../sdk/fields/index.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { problemText } from '../app/refusal.ts'
import { idOf, isHalfChosen } from './edit-reference.ts'

/** '' when it may be saved. */
export function problemOf(field: ClientField, value: WireValue, isRequired: boolean): string {
  const { parse, isWritable } = fieldType(field.type)
  if (!isWritable) return ''
  if (value === null || value === '') return isRequired ? t('refusal.required') : ''
  // A secret that is set is read as `true`.
  if (field.type === 'secret' && typeof value === 'boolean') return ''
  if (isHalfChosen(value)) return t('refusal.not_an_id')
  // References are read with their name, and written as an id. What the value was before is not known here.
  const isReference = field.widget === 'reference' || field.widget === 'file'
  const parsed = parse(isReference ? idOf(value) : value, field)
  if (parsed.ok) {
    const isEmpty = Object.values(parsed.parts).every((part) => part === null)
    return isEmpty && isRequired ? t('refusal.required') : ''
  }
  return problemText(parsed)
}
