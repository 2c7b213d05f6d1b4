// What the server made of memory knows: three entities with records, and one with a million computed ones.
import type { ClientEntity, ClientField, ClientMeta } from '../../../sdk/wire/meta.ts'

type Row = Record<string, unknown> & { id: string; version: number; display_name: string; deleted_at: string | null }

const field = (
  name: string,
  type: string,
  widget: ClientField['widget'],
  label: string,
  more: Partial<ClientField> = {},
): ClientField => ({
  name,
  type,
  widget,
  label: { en: label },
  package: 'base',
  required: false,
  unique: false,
  searchable: false,
  readOnly: false,
  personal: 'none',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  options: {},
  ...more,
})
const entity = (
  name: string,
  label: string,
  plural: string,
  icon: string,
  description: string,
  fields: ClientField[],
): ClientEntity => ({
  name,
  package: name.split('.')[0] ?? '',
  label: { en: label },
  plural: { en: plural },
  description: { en: description },
  icon,
  ownership: 'user',
  traits: [],
  history: true,
  activities: true,
  comments: true,
  files: true,
  search: true,
  isLink: false,
  fields,
  uniques: [],
  inbound: [],
  can: { create: true, read: true, update: true, delete: true, export: true },
})
const STAGES = [
  ['new', 'New', 'gray'],
  ['qualified', 'Qualified', 'blue'],
  ['proposal', 'Proposal sent', 'orange'],
  ['won', 'Won', 'green'],
  ['lost', 'Lost', 'red'],
] as const

export const META: ClientMeta = {
  tenant: { slug: 'main', title: 'Northwind Trading', isDemo: true },
  version: 7,
  locales: ['en', 'ru'],
  baseCurrency: 'EUR',
  administer: true,
  entities: [
    entity('base.person', 'Person', 'People', 'user', 'Anyone we deal with: a customer, a colleague at a partner.', [
      field('job_title', 'text', 'text', 'Job title'),
      field('employer', 'reference', 'reference', 'Employer', { options: { to: ['base.organisation'] } }),
      field('email', 'email', 'email', 'E-mail', { searchable: true }),
      field('mobile_phone', 'phone', 'phone', 'Mobile phone'),
      field('birth_date', 'date', 'date', 'Date of birth'),
      field('do_not_contact', 'boolean', 'checkbox', 'Do not contact'),
    ]),
    entity(
      'base.organisation',
      'Organisation',
      'Organisations',
      'building-2',
      'A company, an authority, an association.',
      [
        field('name', 'text', 'text', 'Name', { required: true }),
        field('website', 'url', 'url', 'Web page'),
        field('employees', 'number', 'number', 'Employees', { options: { integer: true } }),
        field('annual_revenue', 'money', 'money', 'Annual revenue'),
      ],
    ),
    entity('sales.deal', 'Deal', 'Deals', 'handshake', 'A sale that may come about.', [
      field('stage', 'choice', 'choice', 'Stage', {
        options: { choices: STAGES.map(([value, label, color]) => ({ value, label, color })) },
      }),
      field('amount', 'money', 'money', 'Amount'),
      field('probability', 'percent', 'percent', 'Probability'),
      field('closes_on', 'date', 'date', 'Expected close'),
      field('organisation', 'reference', 'reference', 'Organisation', { options: { to: ['base.organisation'] } }),
    ]),
    entity('iot.reading', 'Reading', 'Readings', 'gauge', 'What a meter said.', [
      field('value', 'number', 'number', 'Value'),
      field('at', 'date_time', 'datetime', 'At'),
    ]),
  ],
  relationships: [],
  forms: [],
  views: [
    view(
      'base.person',
      'person_all',
      'All people',
      ['display_name', 'job_title', 'employer', 'email', 'mobile_phone', 'birth_date'],
      true,
    ),
    view('base.person', 'person_managers', 'Managers', ['display_name', 'job_title', 'employer'], false, {
      in: ['Manager', { var: 'job_title' }],
    }),
    view(
      'base.organisation',
      'organisation_all',
      'All organisations',
      ['display_name', 'website', 'employees', 'annual_revenue'],
      true,
    ),
    view(
      'sales.deal',
      'deal_all',
      'All deals',
      ['display_name', 'stage', 'amount', 'probability', 'closes_on', 'organisation'],
      true,
    ),
    view('sales.deal', 'deal_open', 'Open', ['display_name', 'stage', 'amount', 'closes_on'], false, {
      in: [{ var: 'stage' }, ['new', 'qualified', 'proposal']],
    }),
    view('sales.deal', 'deal_won', 'Won', ['display_name', 'amount', 'closes_on'], false, {
      '==': [{ var: 'stage' }, 'won'],
    }),
    view('iot.reading', 'reading_all', 'All readings', ['display_name', 'value', 'at'], true),
  ],
  apps: [
    {
      name: 'base.contacts',
      package: 'base',
      label: { en: 'Contacts' },
      icon: 'contact',
      navigation: [
        { id: 'people', label: { en: 'People' }, icon: 'user', entity: 'base.person', group: { en: 'Parties' } },
        {
          id: 'orgs',
          label: { en: 'Organisations' },
          icon: 'building-2',
          entity: 'base.organisation',
          group: { en: 'Parties' },
        },
        { id: 'readings', label: { en: 'Readings' }, icon: 'gauge', entity: 'iot.reading', group: { en: 'Things' } },
      ],
    },
    {
      name: 'sales.pipeline',
      package: 'sales',
      label: { en: 'Sales' },
      icon: 'chart-column-increasing',
      navigation: [
        { id: 'deals', label: { en: 'Deals' }, icon: 'handshake', entity: 'sales.deal' },
        {
          id: 'open',
          label: { en: 'Open deals' },
          icon: 'circle-dashed',
          entity: 'sales.deal',
          view: 'sales.deal_open',
        },
      ],
    },
  ],
}

function view(
  owner: string,
  name: string,
  label: string,
  columns: string[],
  isDefault: boolean,
  filter?: unknown,
): ClientMeta['views'][number] {
  const prefix = owner.split('.')[0] ?? ''
  return {
    name: `${prefix}.${name}`,
    package: prefix,
    entity: owner,
    label: { en: label },
    kind: 'grid',
    columns: columns.map((one) => ({ field: one })),
    ...(filter === undefined ? {} : { filter }),
    sort: owner === 'iot.reading' ? [] : [{ field: 'display_name', direction: 'asc' }],
    group: [],
    isDefault,
  }
}

const GIVEN = [
  'Ada',
  'Björn',
  'Chloé',
  'Дмитрий',
  '英子',
  'Fatima',
  'Gábor',
  'Hanna',
  'İlker',
  'Jürgen',
  'Κατερίνα',
  'Łukasz',
]
const FAMILY = [
  'Moreau',
  'Lindqvist',
  'O’Neill',
  'Жуков',
  '山田',
  'Haddad',
  'Nagy',
  'Weißmüller',
  'Yılmaz',
  'van den Berg-Houtman',
  'Παπαδοπούλου',
  'Wójcik',
]
const TITLES = [
  'Account Manager',
  'Head of Procurement',
  'Software Engineer',
  'Regional Sales Manager',
  'Legal Counsel',
  'Chief Financial Officer',
]
const NAMES = [
  'Helvetia Maschinenbau AG',
  'Nordlys Energi',
  'Союз Логистика',
  '東京商事',
  'Pão de Açúcar Distribuição',
  'Atlas Freight',
  'Bright & Sons',
  'Kraków Steel',
]
const id = (kind: number, index: number): string =>
  `018f0000-0000-7${String(kind).padStart(3, '0')}-8000-${String(index).padStart(12, '0')}`
const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

export const COMPANIES: Row[] = Array.from({ length: 64 }, (_, index) => ({
  id: id(1, index),
  version: 1,
  deleted_at: null,
  display_name: `${pick(NAMES, index)}${index < 8 ? '' : ` ${index}`}`,
  name: pick(NAMES, index),
  website: `https://example-${index}.org`,
  employees: (index * 137) % 9000,
  annual_revenue: { amount: `${(index + 1) * 125_000}.00`, currency: 'EUR' },
}))
const company = (index: number) => ({
  id: pick(COMPANIES, index).id,
  display_name: pick(COMPANIES, index).display_name,
})
export const PEOPLE: Row[] = Array.from({ length: 2_345 }, (_, index) => ({
  id: id(2, index),
  version: 1,
  deleted_at: index % 60 === 59 ? '2026-11-01T10:00:00Z' : null,
  display_name: `${pick(GIVEN, index)} ${pick(FAMILY, Math.floor(index / 12) + index)}`,
  job_title: pick(TITLES, index * 7),
  employer: index % 5 === 4 ? null : company(index * 3),
  email: `person${index}@example.org`,
  mobile_phone: `+4930${String(1_000_000 + index * 37)}`,
  birth_date: `19${60 + (index % 40)}-0${1 + (index % 9)}-1${index % 9}`,
  do_not_contact: index % 17 === 0,
}))
export const DEALS: Row[] = Array.from({ length: 480 }, (_, index) => ({
  id: id(3, index),
  version: 1,
  deleted_at: null,
  display_name: `${pick(['Renewal', 'Pilot', 'Rollout', 'Frame contract'], index)} ${company(index).display_name}`,
  stage: pick(STAGES, index * 3)[0],
  amount: { amount: `${((index * 7919) % 90_000) + 1_000}.50`, currency: pick(['EUR', 'USD', 'CHF'], index) },
  probability: String((index * 10) % 100),
  closes_on: `2026-${String(1 + (index % 12)).padStart(2, '0')}-15`,
  organisation: company(index),
}))
export const readingAt = (index: number): Row => ({
  id: id(4, index),
  version: 1,
  deleted_at: null,
  display_name: `Reading ${index + 1}`,
  value: (index * 31) % 997,
  at: new Date(1_700_000_000_000 + index * 60_000).toISOString(),
})
