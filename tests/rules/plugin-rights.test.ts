// What a plugin may: random grants against random roles, asked of the pure rooms.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../../kernel/actor.ts'
import { ALONE } from '../../kernel/actor.ts'
import { Model } from '../../kernel/catalog/model.ts'
import { canAdminister } from '../../kernel/catalog/rights.ts'
import { actorRights, pluginRights } from '../../kernel/plan/plugin-rights.ts'
import { rightsOf } from '../../kernel/plan/rights.ts'
import { FIELD_RIGHTS, type FieldRight, OPERATIONS } from '../../sdk/metadata/rights.ts'
import { readPackages } from '../../kernel/tenants/packages.ts'
import { METADATA_FOLDER } from '../support/metadata-sources.ts'
import { pack, resolved } from '../support/packages.ts'

let model: Model
const runs = process.env['RELATA_TEST_LONG'] ? 2_000 : 150
const ROLES = ['system.administrator', 'system.member', 'system.reader', 'shop.clerk']

beforeAll(async () => {
  const shop = pack('shop', {
    'entities/order.json': {
      name: 'order',
      fields: [
        { name: 'title', type: 'text' },
        { name: 'price', type: 'number' },
      ],
    },
    'roles/clerk.json': {
      name: 'clerk',
      label: 'Clerk',
      entities: { order: { read: 'own', update: 'own', create: 'own', fields: { price: 'read' } } },
    },
  })
  const plugin = pack('plug', {
    'entities/note.json': { name: 'note', fields: [{ name: 'text', type: 'text' }] },
  })
  const sources = [...(await readPackages(METADATA_FOLDER)), shop, plugin]
  model = new Model(resolved(sources).snapshot)
})

const grants = () => {
  const keys = model
    .all()
    .flatMap(({ entity }) => [
      ...['read', 'create', 'update', 'delete'].map((kind) => `${kind}:${entity.name}`),
      ...entity.fields.map((field) => `read:${entity.name}.${field.name}`),
      ...entity.fields.map((field) => `update:${entity.name}.${field.name}`),
    ])
  return fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 60 }).map((list) => new Set(list))
}

const person = (roles: readonly string[], granted: ReadonlySet<string>, kind: Actor['kind'] = 'person'): Actor => ({
  ...{ kind, tenant: 't', userId: 'u', displayName: '', email: null, roles, circle: ALONE, keyId: null },
  ...{ locale: 'en', timeZone: 'UTC' },
  plugin: { name: 'plug', userId: 'p', grants: granted, depth: 0 },
})

describe('a plugin that acts for somebody', () => {
  test('may nothing that it or they may not, of records and of fields', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...ROLES)), grants(), (roles, granted) => {
        const actor = person(roles, granted)
        const [both, theirs, own] = [
          actorRights(model, actor),
          rightsOf(model, actor),
          pluginRights(model, actor.plugin ?? never()),
        ]
        for (const entity of model.all()) {
          for (const operation of OPERATIONS)
            expect(!both.can(entity, operation) || (theirs.can(entity, operation) && own.can(entity, operation))).toBe(
              true,
            )
          for (const field of entity.entity.fields) {
            const at = (right: FieldRight) => FIELD_RIGHTS.indexOf(right)
            expect(at(both.field(entity, field))).toBeLessThanOrEqual(at(theirs.field(entity, field)))
            expect(at(both.field(entity, field))).toBeLessThanOrEqual(at(own.field(entity, field)))
          }
        }
      }),
      { numRuns: runs },
    )
  })

  test('has the rights of somebody else in no statement that it shares with them', () => {
    fc.assert(
      fc.property(grants(), grants(), (one, other) => {
        const keys = [one, other].map((granted) => actorRights(model, person(['system.member'], granted)).key)
        const isSame = [...one].sort().join() === [...other].sort().join()
        expect(keys[0] === keys[1]).toBe(isSame)
      }),
      { numRuns: runs },
    )
  })
})

describe('a plugin by itself', () => {
  const DECIDES = [
    'system.user',
    'system.key',
    'system.team',
    'system.session',
    'system.invitation',
    'system.share',
    'system.role',
    'system.identity_provider',
    'system.webhook',
    'system.audit_entry',
    'system.team_members',
  ]

  test('writes nothing that decides over people, keys or metadata, whatever was granted, and never administers', () => {
    const everything = new Set(
      model
        .all()
        .flatMap(({ entity }) => ['read', 'create', 'update', 'delete'].map((kind) => `${kind}:${entity.name}`)),
    )
    const actor = person([], everything, 'plugin')
    const rights = actorRights(model, actor)
    expect(canAdminister(model, actor)).toBe(false)
    for (const name of DECIDES) {
      const entity = model.find(name)
      if (!entity) throw new Error(`there is no ${name}`)
      for (const operation of ['create', 'update', 'delete', 'share', 'import', 'export'] as const)
        expect([name, operation, rights.can(entity, operation)]).toEqual([name, operation, false])
    }
    expect(rights.can(model.entity('base.person'), 'update')).toBe(true)
  })

  test('does what it likes with its own entities, and reads nothing else that was not granted', () => {
    const rights = actorRights(model, person([], new Set(), 'plugin'))
    const reads = model
      .all()
      .filter((entity) => rights.can(entity, 'read'))
      .map(({ entity }) => entity.name)
    expect(reads).toEqual(['plug.note'])
    for (const operation of ['create', 'update', 'delete'] as const)
      expect(rights.can(model.entity('plug.note'), operation)).toBe(true)
  })

  test('reads members of teams where that was granted by name, and changes none', () => {
    const rights = actorRights(
      model,
      person(
        [],
        new Set(['read:system.team_members', 'update:system.team_members', 'create:system.team_members']),
        'plugin',
      ),
    )
    const members = model.entity('system.team_members')
    expect(OPERATIONS.filter((operation) => rights.can(members, operation))).toEqual(['read'])
  })
})

function never(): never {
  throw new Error('the actor is a plugin')
}
