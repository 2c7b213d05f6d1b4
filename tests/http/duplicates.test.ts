// Records that look like one there is: warned about or blocked, whichever door they come in by.
import { beforeAll, describe, expect, test } from 'vitest'
import { ALL_RIGHTS } from '../../kernel/plan/rights.ts'
import { compileCreate } from '../../kernel/sql/create-sql.ts'
import { duplicateChecks } from '../../kernel/sql/duplicates-sql.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const CLUB: PackageSource = {
  name: 'club',
  files: {
    'package.json': { name: 'club', version: '1.0.0', label: 'Club', requires: { system: '^1.0.0' } },
    'entities/member.json': {
      name: 'member',
      label: 'Member',
      display_name: 'nick',
      fields: [
        { name: 'nick', type: 'text', unique: true },
        { name: 'title', type: 'text' },
        { name: 'name', type: 'person_name' },
        { name: 'email', type: 'email' },
        { name: 'phone', type: 'phone' },
        { name: 'joined', type: 'date' },
      ],
      duplicates: [
        {
          name: 'same_person',
          match: [{ field: 'name.family' }, { field: 'name.given' }],
          message: { en: 'Somebody of this name is a member.', ru: 'Человек с таким именем уже состоит.' },
        },
        { name: 'same_title', match: [{ field: 'title' }, { field: 'joined', how: 'exact' }], on: 'block' },
        { name: 'same_phone', match: [{ field: 'phone' }], on: 'block' },
      ],
    },
    'roles/own.json': {
      name: 'own',
      label: 'Own',
      entities: { member: { create: 'all', read: 'own', update: 'own' } },
    },
  },
}

let tenant: TestTenant
let first: string
const member = (body: unknown, query = '') => tenant.call('POST', `records/club.member${query}`, body)
const change = (id: string, body: unknown, query = '') =>
  tenant.call('PATCH', `records/club.member/${id}${query}`, body, { 'if-match': '*' })
const doubled = (rule: string, on: 'warn' | 'block', ...ids: string[]) => ({
  status: 409,
  body: {
    code: 'RL217',
    canAllow: on === 'warn',
    duplicates: [{ rule, on, records: ids.map((id) => ({ id })), hasMore: false }],
  },
})
const ADA = { given: 'Ada', family: 'Lovelace' }

beforeAll(async () => {
  tenant = await openTestTenant([CLUB])
  first = (await member({ nick: 'first', name: ADA, phone: '+49 30 901820' })).body.id
})

describe('a warning', () => {
  test('refuses with the records until it is allowed', async () => {
    const twin = { nick: 'twin', name: { given: ' ADA', family: 'lovelace ' } }
    expect(await member(twin)).toMatchObject({
      status: 409,
      body: {
        code: 'RL217',
        canAllow: true,
        duplicates: [{ rule: 'same_person', on: 'warn', records: [{ id: first, display_name: 'first' }] }],
        errors: [{ path: '/name', key: 'duplicate', text: { ru: 'Человек с таким именем уже состоит.' } }],
      },
    })
    const made = await member(twin, '?duplicates=allow')
    expect(made.status).toBe(201)
    // It is as it is: other changes are nobody's business.
    expect(
      (await change(made.body.id, { joined: '2026-01-01', name: { given: 'ada', family: 'LOVELACE' } })).status,
    ).toBe(200)
    expect((await member(twin, '?duplicates=maybe')).body.code).toBe('RL104')
  })

  test('compares only what is filled', async () => {
    expect((await member({ nick: 'a', name: { family: 'Lovelace' } })).status).toBe(201)
    expect((await member({ nick: 'b', name: { family: 'Lovelace' } })).status).toBe(201)
    expect((await member({ nick: 'c' })).status).toBe(201)
  })

  test('is given by a change, an upsert, a batch, and a return from the trash', async () => {
    const grace = (await member({ nick: 'grace', name: { given: 'Grace', family: 'Hopper' } })).body.id
    const other = (await member({ nick: 'other' })).body.id
    const warned = doubled('same_person', 'warn', grace)
    const name = { given: 'Grace', family: 'HOPPER' }
    expect(await change(other, { name })).toMatchObject(warned)
    expect(await tenant.call('PUT', 'records/club.member?by=nick', { nick: 'other', name })).toMatchObject(warned)
    const operations = [{ op: 'create', entity: 'club.member', body: { nick: 'batch', name } }]
    expect(await tenant.call('POST', 'batch', { operations })).toMatchObject({
      ...warned,
      body: { ...warned.body, operation: 0, errors: [{ path: '/operations/0/body/name' }] },
    })
    expect((await change(other, { name }, '?duplicates=allow')).status).toBe(200)
    expect((await tenant.call('DELETE', `records/club.member/${other}`)).status).toBe(204)
    expect(await tenant.call('POST', `records/club.member/${other}/restore`)).toMatchObject(warned)
    expect((await tenant.call('POST', `records/club.member/${other}/restore?duplicates=allow`)).status).toBe(200)
    expect((await tenant.call('POST', 'batch?duplicates=allow', { operations })).status).toBe(200)
  })

  test('takes lines out of a bulk load, also those that are like an earlier one', async () => {
    const csv = [
      'nick,name.given,name.family',
      'k1,Alan,Turing',
      'k2,ada,lovelace',
      'k3,ALAN,turing',
      'k4,,Turing',
    ].join('\n')
    expect((await tenant.send('POST', 'bulk/club.member', csv, 'text/csv')).body).toMatchObject({
      accepted: 2,
      rejected: 2,
      errors: [
        { line: 3, field: 'name', message: 'Somebody of this name is a member.' },
        { line: 4, field: 'name', text: { en: 'Somebody of this name is a member.' } },
      ],
    })
    const again = csv.replaceAll('\nk', '\nl')
    expect((await tenant.send('POST', 'bulk/club.member?duplicates=allow', again, 'text/csv')).body).toMatchObject({
      accepted: 4,
    })
  })
})

describe('a block', () => {
  test('cannot be allowed', async () => {
    expect(await member({ nick: 'd', phone: '+4930901820' }, '?duplicates=allow')).toMatchObject(
      doubled('same_phone', 'block', first),
    )
  })

  test('of several values holds when all of them are the same', async () => {
    const one = { title: 'Ｃhief   ÉTÉ', joined: '2026-02-01' }
    const { id } = (await member({ nick: 'e', ...one })).body
    expect((await member({ nick: 'f', ...one, joined: '2026-02-02' })).status).toBe(201)
    expect(await member({ nick: 'g', ...one, title: 'chief été' })).toMatchObject(doubled('same_title', 'block', id))
  })

  test('names nobody whom the writer may not read', async () => {
    const stranger = await tenant.as('club.own')
    expect(
      await stranger.call('POST', 'records/club.member', { nick: 's', name: ADA, phone: '+4930901820' }),
    ).toMatchObject({
      status: 409,
      body: {
        canAllow: false,
        duplicates: [
          { rule: 'same_person', records: [], hasMore: true },
          { rule: 'same_phone', records: [], hasMore: true },
        ],
      },
    })
  })

  test('is looked for by an index, which the next publish leaves alone', async () => {
    const indexes = () =>
      tenant.database.query(
        `SELECT indexrelid FROM pg_index WHERE indrelid = $1::regclass AND pg_get_indexdef(indexrelid) LIKE '%hashtextextended%'
          ORDER BY 1`,
        [`"${tenant.schema}"."${tenant.tableOf('club.member')}"`],
      )
    const before = await indexes()
    expect(before).toHaveLength(3)
    const info = (await tenant.kernel.services.catalog.load('test')).tenant
    const views = { 'views/all.json': { name: 'all', entity: 'member', columns: [{ field: 'nick' }] } }
    const packages = [{ ...CLUB, files: { ...CLUB.files, ...views } }]
    await tenant.kernel.services.publisher.publish(info, { packages, by: null })
    expect(await indexes()).toEqual(before)

    const rows = Array.from({ length: 3000 }, (_, at) => `n${at},g${at},f${at},t${at},2026-01-01,+4930${902000 + at}`)
    const csv = `nick,name.given,name.family,title,joined,phone\n${rows.join('\n')}`
    expect((await tenant.send('POST', 'bulk/club.member', csv, 'text/csv')).body.accepted).toBe(3000)
    await tenant.database.query(`ANALYZE "${tenant.schema}"."${tenant.tableOf('club.member')}"`)
    const { model } = await tenant.kernel.services.catalog.reload('test')
    const entity = model.entity('club.member')
    const { statement } = compileCreate(model, entity, {
      provided: new Set(['name', 'title', 'joined', 'phone']),
      references: [],
      selection: [],
      rights: ALL_RIGHTS,
      checks: duplicateChecks(model, entity, 'new', false),
    })
    // Values that the planner cannot see.
    const text = statement.text.replaceAll(/\$\d+::([a-z0-9]+)/g, '(SELECT NULL::$1)')
    const plan = (await tenant.database.query(`EXPLAIN ${text}`)).join('\n')
    expect(plan.match(/Index Scan (?:using|on) \S+__ix_/g)).toHaveLength(3)
    expect(plan).not.toContain('Seq Scan on')
  })
})
