// Entities between which every way of reading leads from one record to another, and roles drawn at random over them.
import fc from 'fast-check'
import type { PackageSource } from '../../../sdk/metadata/source.ts'
import { pack } from '../../support/packages.ts'

export const OPERATIONS = ['create', 'read', 'update', 'delete', 'export', 'import', 'share'] as const
export const SCOPES = ['none', 'shared', 'own', 'reports', 'team', 'team_below', 'unit', 'all'] as const
export const FIELD_RIGHTS = ['none', 'masked', 'read', 'edit'] as const
export type Operation = (typeof OPERATIONS)[number]
export type Scope = (typeof SCOPES)[number] | { rule: unknown }
export type FieldRight = (typeof FIELD_RIGHTS)[number]
export type Grant = Partial<Record<Operation, Scope>> & { fields?: Record<string, FieldRight> }
export interface RandomRole {
  name: string
  entities: Record<string, Grant>
}

/** Fields of each entity that a role may have a right to. */
export const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'org.account': ['name', 'region', 'budget', 'group', 'twice', 'labels'],
  'org.deal': ['name', 'amount', 'account', 'stage', 'account_region'],
  'org.remark': ['name', 'about'],
  'org.label': ['name'],
}
export const ENTITIES = Object.keys(FIELDS)

const entities = {
  'entities/account.json': {
    name: 'account',
    ownership: 'user',
    display_name: 'name',
    fields: [
      { name: 'name', type: 'text', searchable: true, unique: true },
      { name: 'region', type: 'text' },
      { name: 'budget', type: 'decimal' },
      { name: 'group', type: 'reference', to: 'account', on_delete: 'cascade' },
      { name: 'twice', type: 'formula', rule: { '*': [{ var: 'budget' }, 2] } },
      { name: 'labels', type: 'many_to_many', to: 'label' },
    ],
  },
  'entities/deal.json': {
    name: 'deal',
    ownership: 'team',
    display_name: 'name',
    fields: [
      { name: 'name', type: 'text', searchable: true },
      { name: 'amount', type: 'decimal' },
      { name: 'stage', type: 'text' },
      { name: 'account', type: 'reference', to: 'account', on_delete: 'cascade' },
      { name: 'account_region', type: 'formula', rule: { var: 'account.region' } },
    ],
  },
  'entities/remark.json': {
    name: 'remark',
    ownership: 'user',
    display_name: 'name',
    access_from: ['about'],
    fields: [
      { name: 'name', type: 'text', searchable: true },
      { name: 'about', type: 'any_reference', to: ['account', 'deal', 'remark'], on_delete: 'cascade' },
    ],
  },
  'entities/label.json': { name: 'label', ownership: 'none', fields: [{ name: 'name', type: 'text' }] },
}

const RULES: Readonly<Record<string, readonly unknown[]>> = {
  'org.account': [{ '==': [{ var: 'region' }, 'north'] }, { '==': [{ var: 'group.region' }, 'north'] }],
  'org.deal': [
    { '>': [{ var: 'amount' }, 50] },
    { '==': [{ var: 'account.group.region' }, 'south'] },
    { '==': [{ var: 'account.region' }, null] },
  ],
  'org.remark': [{ starts_with: [{ var: 'name' }, 'r1'] }],
  'org.label': [{ '==': [{ var: 'name' }, 'l1'] }],
}

const scope = (entity: string) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<Scope>(...SCOPES) },
    { weight: 1, arbitrary: fc.constantFrom(...(RULES[entity] ?? [])).map((rule): Scope => ({ rule })) },
  )

const grant = (entity: string) =>
  fc.record(
    {
      ...Object.fromEntries(OPERATIONS.map((operation) => [operation, scope(entity)])),
      fields: fc.dictionary(fc.constantFrom(...(FIELDS[entity] ?? [])), fc.constantFrom(...FIELD_RIGHTS), {
        maxKeys: 2,
      }),
    },
    { requiredKeys: [] },
  )

const everything = fc.record(
  Object.fromEntries(OPERATIONS.map((operation) => [operation, fc.constantFrom<Scope>(...SCOPES)])),
  { requiredKeys: [] },
)

export const randomRoles = (count: number): fc.Arbitrary<RandomRole[]> =>
  fc
    .array(
      fc.record(
        { '*': everything, ...Object.fromEntries(ENTITIES.map((entity) => [entity, grant(entity)])) },
        { requiredKeys: [] },
      ),
      { minLength: count, maxLength: count },
    )
    .map((roles) => roles.map((grants, index) => ({ name: `r${index}`, entities: grants as Record<string, Grant> })))

export const packageWith = (roles: readonly RandomRole[]): PackageSource =>
  pack('org', {
    ...entities,
    ...Object.fromEntries(
      roles.map(({ name, entities: grants }) => [`roles/${name}.json`, { name, label: name, entities: grants }]),
    ),
  })
