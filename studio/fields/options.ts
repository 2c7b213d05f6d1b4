// The options of choices as the picker and chips show them.
import type { ClientField } from '../../sdk/wire/meta.ts'
import { t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import type { PickOption } from './picker.ts'

type Option = NonNullable<ClientField['options']['choices']>[number]

/** Those offered, and those that the value has although they are offered no more. */
export function offeredOptions(field: ClientField, chosen: readonly string[]): readonly PickOption[] {
  const given = field.options.choices ?? []
  const shown = given.filter(({ value, inactive }) => !inactive || chosen.includes(value)).map(pickOption)
  const unknown = chosen.filter((value) => !given.some((option) => option.value === value))
  return [...shown, ...unknown.map((value) => ({ value, label: value }))]
}

/** An option that metadata no longer has is shown by its name. */
export function optionOf(field: ClientField, value: string): PickOption {
  const found = field.options.choices?.find((option) => option.value === value)
  return found ? pickOption(found) : { value, label: value }
}

function pickOption({ value, label, color, inactive }: Option): PickOption {
  const shown = { value, label: label === undefined ? value : text(label) || value }
  return { ...shown, ...(color ? { color } : {}), ...(inactive ? { note: t('fields.inactive') } : {}) }
}
