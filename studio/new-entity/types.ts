// The types of field that the New entity page offers, in the order people look for them.
import type { Widget } from '../../sdk/fields/types.ts'
import { type TextKey, t } from '../app/i18n.ts'

export interface OfferedType {
  name: string
  icon: string
  widget: Widget
  canBeUnique: boolean
  /** false: the system sets the value. */
  isWritable: boolean
  group: 'basic' | 'contact' | 'link' | 'special'
}

const offer = (
  name: string,
  icon: string,
  widget: Widget,
  group: OfferedType['group'],
  more: Partial<OfferedType> = {},
): OfferedType => ({
  name,
  icon,
  widget,
  group,
  canBeUnique: false,
  isWritable: true,
  ...more,
})

export const OFFERED: readonly OfferedType[] = [
  offer('text', 'type', 'text', 'basic', { canBeUnique: true }),
  offer('long_text', 'text', 'multiline', 'basic'),
  offer('number', 'hash', 'number', 'basic', { canBeUnique: true }),
  offer('decimal', 'decimals-arrow-right', 'number', 'basic', { canBeUnique: true }),
  offer('money', 'banknote', 'money', 'basic'),
  offer('percent', 'percent', 'percent', 'basic'),
  offer('boolean', 'square-check', 'checkbox', 'basic'),
  offer('date', 'calendar', 'date', 'basic', { canBeUnique: true }),
  offer('date_time', 'calendar-clock', 'datetime', 'basic'),
  offer('choice', 'circle-dot', 'choice', 'basic'),
  offer('multi_choice', 'list-checks', 'choices', 'basic'),
  offer('person_name', 'id-card', 'personName', 'contact'),
  offer('email', 'mail', 'email', 'contact', { canBeUnique: true }),
  offer('phone', 'phone', 'phone', 'contact', { canBeUnique: true }),
  offer('url', 'link', 'url', 'contact', { canBeUnique: true }),
  offer('address', 'map-pin', 'address', 'contact'),
  offer('reference', 'arrow-up-right', 'reference', 'link', { canBeUnique: true }),
  offer('many_to_many', 'waypoints', 'links', 'link', { isWritable: false }),
  offer('parent', 'network', 'reference', 'link'),
  offer('user', 'circle-user', 'reference', 'link'),
  offer('file', 'paperclip', 'file', 'special'),
  offer('auto_number', 'list-ordered', 'readonly', 'special', { isWritable: false }),
  offer('json', 'braces', 'json', 'special'),
  offer('secret', 'key-round', 'secret', 'special'),
]

export const GROUPS = ['basic', 'contact', 'link', 'special'] as const

export const offered = (name: string): OfferedType =>
  OFFERED.find((one) => one.name === name) ?? offer('text', 'type', 'text', 'basic')

const KEYS = {
  text: 'type.text',
  long_text: 'type.long_text',
  number: 'type.number',
  decimal: 'type.decimal',
  money: 'type.money',
  percent: 'type.percent',
  boolean: 'type.boolean',
  date: 'type.date',
  date_time: 'type.date_time',
  choice: 'type.choice',
  multi_choice: 'type.multi_choice',
  person_name: 'type.person_name',
  email: 'type.email',
  phone: 'type.phone',
  url: 'type.url',
  address: 'type.address',
  reference: 'type.reference',
  many_to_many: 'type.many_to_many',
  parent: 'type.parent',
  user: 'type.user',
  file: 'type.file',
  auto_number: 'type.auto_number',
  json: 'type.json',
  secret: 'type.secret',
} as const satisfies Record<string, TextKey>
const isKnown = (name: string): name is keyof typeof KEYS => Object.hasOwn(KEYS, name)
export const typeLabel = (name: string): string => (isKnown(name) ? t(KEYS[name]) : name)
