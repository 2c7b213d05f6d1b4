import { describe, expect, test } from 'vitest'
import { type Actor, ALONE } from '../../kernel/actor.ts'
import { Model } from '../../kernel/catalog/model.ts'
import { openApiDocument } from '../../kernel/catalog/openapi.ts'
import { rightsOf } from '../../kernel/plan/rights.ts'
import { clientMeta } from '../../kernel/catalog/projection.ts'
import { can, canAdminister } from '../../kernel/catalog/rights.ts'
import { pack, resolved } from '../support/packages.ts'

const role = (name: string, entities: Record<string, unknown>, more = {}) => ({
  [`roles/${name}.json`]: { name, label: name, entities, ...more },
})
const ALL = { create: 'all', read: 'all', update: 'all', delete: 'all' }
const { snapshot } = resolved([
  pack('system', {
    'entities/user.json': { name: 'user', ownership: 'none', fields: [{ name: 'name', type: 'text' }] },
    'entities/team.json': { name: 'team', ownership: 'none', fields: [{ name: 'name', type: 'text' }] },
    'entities/key.json': { name: 'key', ownership: 'none', fields: [{ name: 'token', type: 'secret' }] },
    ...role('administrator', { '*': ALL }, { administer: true }),
  }),
  pack('base', {
    'entities/person.json': {
      name: 'person',
      fields: [
        { name: 'name', type: 'text', required: true },
        { name: 'number', type: 'auto_number' },
        { name: 'salary', type: 'money' },
        { name: 'pin', type: 'secret' },
        { name: 'tags', type: 'many_to_many', to: 'tag' },
        { name: 'visits', type: 'rollup', rollup: { over: 'visit.person', aggregate: 'count' } },
      ],
    },
    'entities/tag.json': { name: 'tag', fields: [{ name: 'name', type: 'text' }] },
    'entities/visit.json': {
      name: 'visit',
      fields: [{ name: 'person', type: 'reference', to: 'person', required: true }],
    },
    'apps/a.json': {
      name: 'a',
      label: 'A',
      navigation: [
        { id: 'p', entity: 'person' },
        { id: 'v', entity: 'visit' },
      ],
    },
    'apps/b.json': { name: 'b', label: 'B', navigation: [{ id: 'v', entity: 'visit' }] },
    ...role('reader', { '*': { read: 'all' } }),
    ...role('people', { person: { read: 'all', update: 'all' } }),
    ...role('not_visits', { '*': { read: 'all', create: 'all' }, visit: {} }),
    ...role('keys', { 'system.key': { read: 'all' } }),
  }),
])
const model = new Model(snapshot)
const actor = (...roles: string[]): Actor => ({
  kind: 'person',
  tenant: 'acme',
  userId: '00000000-0000-0000-0000-000000000000',
  displayName: 'A',
  email: null,
  roles,
  keyId: null,
  locale: 'en',
  timeZone: 'UTC',
  circle: ALONE,
})
const may = (roles: string[], operation: Parameters<typeof can>[3], entity: string) =>
  can(model, actor(...roles), model.entity(entity), operation)
const tenant = { id: '1', slug: 'acme', title: 'Acme', schema: 't_acme', isDemo: false }

describe('rights', () => {
  test('[C40] grants add up, and a line for an entity replaces the line for all', () => {
    expect(may(['base.people'], 'update', 'base.person')).toBe(true)
    expect(may(['base.people'], 'create', 'base.person')).toBe(false)
    expect(may(['base.people'], 'read', 'base.visit')).toBe(false)
    expect(may(['base.people', 'base.reader'], 'read', 'base.visit')).toBe(true)
    expect(may(['base.not_visits'], 'read', 'base.visit')).toBe(false)
    expect(may(['base.not_visits', 'base.reader'], 'read', 'base.visit')).toBe(true)
    expect(may([], 'read', 'base.person')).toBe(false)
    expect(may(['nobody', 'constructor'], 'read', 'base.person')).toBe(false)
  })

  test('[C40] links follow the record that they are on', () => {
    expect(may(['base.people'], 'read', 'base.person_tags')).toBe(true)
    expect(may(['base.people'], 'delete', 'base.person_tags')).toBe(true)
    expect(may(['base.reader'], 'create', 'base.person_tags')).toBe(false)
  })

  test('[C41] what is the kernel’s is for administrators, names of people for all', () => {
    expect(may(['base.reader'], 'read', 'system.user')).toBe(true)
    expect(may(['base.reader'], 'read', 'system.key')).toBe(false)
    expect(may(['base.not_visits'], 'create', 'system.user')).toBe(false)
    expect(may(['system.administrator'], 'update', 'system.user')).toBe(true)
    expect(may(['base.keys'], 'read', 'system.key')).toBe(true)
    expect(may([], 'read', 'system.user')).toBe(false)
    expect([canAdminister(model, actor('system.administrator')), canAdminister(model, actor('base.reader'))]).toEqual([
      true,
      false,
    ])
  })
})

describe('projection', () => {
  const meta = (...roles: string[]) => clientMeta(model, tenant, actor(...roles), rightsOf(model, actor(...roles)))

  test('[C42] holds only what the actor may read', () => {
    const people = meta('base.people')
    expect(people.entities.map((entity) => entity.name).toSorted()).toEqual([
      // Links of people are not among them: what they lead to is not readable.
      'base.person',
      'system.team',
      'system.user',
    ])
    const person = people.entities.find((entity) => entity.name === 'base.person')
    expect(person?.can).toMatchObject({ create: false, read: true, update: true, delete: false, export: false })
    expect(person?.fields.map((field) => field.name)).not.toContain('visits')
    expect(JSON.stringify(people)).not.toContain('visit')
    expect(people.apps.map((app) => app.name)).toEqual(['base.a'])
    expect(people.apps[0]?.navigation.map((item) => item.id)).toEqual(['p'])
    expect(meta().entities).toEqual([])
  })

  test('[C42] names no physical thing', () => {
    const text = JSON.stringify(meta('system.administrator'))
    for (const physical of ['base_person', '"column"', 'sequence', 't_acme', '__rollup', 'sqlType'])
      expect(text).not.toContain(physical)
  })

  test('[C42] is made once for equal roles', () => {
    expect(meta('base.reader')).toBe(meta('base.reader'))
    expect(meta('base.reader')).not.toBe(meta('base.people'))
  })
})

describe('OpenAPI', () => {
  const document = (...roles: string[]) =>
    openApiDocument(model, tenant, actor(...roles), rightsOf(model, actor(...roles)))
  const operations = (paths: object): Record<string, unknown>[] =>
    Object.values(paths).flatMap((item) =>
      ['get', 'put', 'post', 'patch', 'delete'].flatMap((method) => (item[method] ? [item[method]] : [])),
    )

  test('[C43] has the shape of OpenAPI 3.1', () => {
    const made = document('system.administrator')
    expect(made.openapi).toBe('3.1.0')
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
    const ids = operations(made.paths).map((operation) => operation['operationId'])
    expect(new Set(ids).size).toBe(ids.length)
    for (const operation of operations(made.paths)) {
      expect(Object.keys(operation['responses'] ?? {}).length).toBeGreaterThan(0)
      for (const [status, response] of Object.entries(operation['responses'] ?? {})) {
        expect(status).toMatch(/^[1-5]\d\d$/)
        expect('$ref' in response || typeof response.description === 'string').toBe(true)
      }
    }
    for (const [path, item] of Object.entries(made.paths)) {
      expect(path).toMatch(/^\//)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const declared = (Array.isArray(item['parameters']) ? item['parameters'] : []).map((one) =>
        one.$ref ? made.components.parameters[String(one.$ref).split('/').at(-1) ?? ''] : one,
      )
      expect(declared.filter((one) => one.in === 'path' && one.required).map((one) => one.name)).toEqual(named)
    }
  })

  test('[C43] every reference leads somewhere', () => {
    const made = document('system.administrator')
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [key, item] of Object.entries(value)) {
        if (key !== '$ref') visit(item)
        else {
          const segments = String(item).replace('#/', '').split('/')
          const target = segments.reduce<unknown>(
            (at, segment) => (at as Record<string, unknown> | undefined)?.[segment],
            made,
          )
          expect([item, target]).not.toEqual([item, undefined])
        }
      }
    }
    visit(made)
    expect(Object.keys(made.components.schemas)).toEqual(
      expect.arrayContaining(['base.person', 'base.person.create', 'base.person.update', 'Problem']),
    )
    for (const name of Object.keys(made.components.schemas)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/)
  })

  test('[C43] describes only what the actor may do', () => {
    const made = document('base.people')
    expect(Object.keys(made.paths['/records/base.person'] ?? {})).toEqual(['get'])
    expect(Object.keys(made.paths['/records/base.person/{id}'] ?? {})).toEqual(['parameters', 'get', 'patch'])
    expect(made.paths['/records/base.visit']).toBeUndefined()
    expect(made.paths['/metadata/publish']).toBeUndefined()
    expect(JSON.stringify(made)).not.toContain('base.visit')
  })

  test('[C43] says what may be written and what is read', () => {
    const { schemas } = document('system.administrator').components
    expect(schemas['base.person.create']).toMatchObject({ required: ['name'], additionalProperties: false })
    const written = Object.keys(Object(schemas['base.person.create']?.['properties']))
    expect(written).toEqual(['name', 'salary', 'pin', 'owner', 'owner_team'])
    const read = Object(schemas['base.person']?.['properties'])
    expect(read.pin).toMatchObject({ type: 'boolean' })
    expect(read.tags).toBeUndefined()
    expect(read.number).toMatchObject({ readOnly: true })
  })
})
