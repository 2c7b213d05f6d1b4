// What a publish does to tables that hold records.
import { beforeAll, describe, expect, test } from 'vitest'
import type { RelataError } from '../../sdk/errors.ts'
import { newId } from '../../kernel/run/new-id.ts'
import { openTenant, pack, type TestTenant } from './support.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTenant()
})

let number = 0
/** A package of its own with one entity `thing`, published with these fields. */
async function thing(fields: readonly object[], more: object = {}) {
  const name = `p${++number}`
  const table = `@."${name}_thing"`
  const publish = (now: readonly object[], what: object = {}, request: Parameters<TestTenant['publish']>[1] = {}) =>
    tenant.publish([source(now, what)], request)
  const source = (now: readonly object[], what: object = {}) =>
    pack(name, { 'entities/thing.json': { name: 'thing', label: 'Thing', fields: now, ...what } })
  await publish(fields, more)
  return {
    name,
    entity: `${name}.thing`,
    table: `${name}_thing`,
    publish,
    plan: (now: readonly object[], what: object = {}) => tenant.plan([source(now, what)]),
    /** @returns ids */
    async insert(rows: readonly Record<string, string | null>[]): Promise<string[]> {
      const ids: string[] = []
      for (const row of rows) {
        const id = newId()
        const names = Object.keys(row)
        const values = names.map((_, index) => `, $${index + 2}`).join('')
        await tenant.sql(
          `INSERT INTO ${table} (id${names.map((one) => `, "${one}"`).join('')}) VALUES ($1::uuid${values})`,
          [id, ...names.map((one) => row[one] ?? null)],
        )
        ids.push(id)
      }
      return ids
    },
    /** Values of a column, in the order of the ids. */
    async values(column: string): Promise<(string | null)[]> {
      const rows = await tenant.sql(`SELECT "${column}" FROM ${table} ORDER BY id`)
      return rows.map(([value]) => value ?? null)
    },
    /** Column of a field, by part. */
    async column(field: string, part = ''): Promise<string> {
      const { model } = await tenant.load()
      const found = model
        .entity(`${name}.thing`)
        .field(field)
        ?.columns.find((one) => one.part === part)
      return found?.column ?? `no column of ${field}`
    },
  }
}

const text = (name: string, more: object = {}) => ({ name, type: 'text', ...more })
const texts = (plan: { steps: readonly { text: string }[] }) => plan.steps.map((step) => step.text)
const refusal = (work: Promise<unknown>): Promise<RelataError> =>
  work.then(
    () => {
      throw new Error('it was published')
    },
    (error: RelataError) => error,
  )

describe('fields', () => {
  test('are added, and the plan says how', async () => {
    const one = await thing([text('name')])
    const plan = await one.plan([text('name'), { name: 'phone', type: 'phone' }])
    expect(texts(plan)).toEqual(['add field Phone to Thing'])
    expect(plan.steps[0]?.sql).toEqual([`ALTER TABLE "${tenant.schema}"."${one.table}" ADD COLUMN "phone" text`])
    const done = await one.publish([text('name'), { name: 'phone', type: 'phone' }])
    expect(done.version).toBe(plan.fromVersion + 1)
    expect(await tenant.columns(one.table)).toContain('phone text')
    expect((await tenant.load()).model.version).toBe(done.version)
  })

  test('keep their column and values through a rename', async () => {
    const one = await thing([text('nick')])
    await one.insert([{ nick: 'Bo' }])
    const renamed = [text('nickname', { id: 'nick', aliases: ['nick'] })]
    const plan = await one.plan(renamed)
    expect(texts(plan)).toEqual([
      'rename field nick of Thing to nickname',
      'change field Nickname of Thing: label, aliases',
    ])
    expect(plan.steps.flatMap(({ sql }) => sql)).toEqual([])
    await one.publish(renamed)
    expect(await one.column('nickname')).toBe('nick')
    expect(await one.values('nick')).toEqual(['Bo'])
    await tenant.settled()
  })

  test('that are taken out are kept, and found again', async () => {
    const one = await thing([text('name'), text('nick', { indexed: true })])
    await one.insert([{ nick: 'Bo' }])
    const before = await tenant.indexes(one.table)
    const { plan } = await one.publish([text('name')])
    expect(texts(plan)).toContain('retire field Nick of Thing (its values are kept)')
    expect(plan.needsConfirmation).toEqual([])
    expect(plan.droppable).toContain(`drop:${one.entity}.nick`)
    expect(await one.values('nick')).toEqual(['Bo'])
    expect(await tenant.indexes(one.table)).not.toEqual(before)
    const back = await one.publish([text('name'), text('nick', { indexed: true })])
    expect(texts(back.plan)).toContain('add field Nick to Thing (with what was kept of it)')
    expect(back.plan.droppable).not.toContain(`drop:${one.entity}.nick`)
    expect(await one.column('nick')).toBe('nick')
    expect(await tenant.indexes(one.table)).toEqual(before)
  })

  test('are dropped for good only when asked for by name', async () => {
    const one = await thing([text('name'), text('nick')])
    await one.insert([{ nick: 'Bo' }])
    await one.publish([text('name')])
    const unknown = await refusal(one.publish([text('name')], {}, { confirm: [`drop:${one.entity}.nik`] }))
    expect([unknown.code, unknown.hint]).toEqual(['RL104', `Did you mean “drop:${one.entity}.nick”?`])
    const living = await refusal(one.publish([text('name')], {}, { confirm: [`drop:${one.entity}.name`] }))
    expect(living.code).toBe('RL104')
    const { plan } = await one.publish([text('name')], {}, { confirm: [`drop:${one.entity}.nick`] })
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['drop'])
    expect(await tenant.columns(one.table)).not.toContain('nick text')
    expect(plan.droppable).toContain(`drop:${one.entity}.nick`)
    expect((await one.plan([text('name')])).droppable).not.toContain(`drop:${one.entity}.nick`)
    await one.publish([text('name'), text('nick')])
    expect(await one.values('nick')).toEqual([null])
  })

  test('that become required have a fixed default filled in, and otherwise count what is missing', async () => {
    const one = await thing([text('name')])
    await one.insert([{ name: 'a' }, { name: 'b' }])
    const { plan } = await one.publish([
      text('name'),
      text('code', { required: true }),
      { name: 'active', type: 'boolean', required: true, default: true },
    ])
    expect(plan.warnings.map(({ path, params }) => [path, params])).toEqual([[`${one.entity}.code`, { count: 2 }]])
    expect(await one.values('active')).toEqual(['t', 't'])
    expect(await one.values('code')).toEqual([null, null])
    const [created] = await tenant.sql(
      `SELECT column_default FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND column_name = 'active'`,
      [tenant.schema, one.table],
    )
    expect(created).toEqual([null])
  })

  test('that become unique say how many records are in the way, and are unique afterwards', async () => {
    const one = await thing([text('code')])
    await one.insert([{ code: 'a' }, { code: 'a' }, { code: 'b' }, { code: null }, { code: null }])
    const version = (await tenant.load()).model.version
    const refused = await refusal(one.publish([text('code', { unique: true })]))
    expect(refused.code).toBe('RL214')
    expect(refused.problems).toMatchObject([{ path: `${one.entity}.code`, key: 'not_unique', params: { count: 2 } }])
    expect((await tenant.load()).model.version).toBe(version)
    await tenant.sql(
      `UPDATE @."${one.table}" SET deleted_at = now() WHERE code = 'a' AND ctid = (SELECT min(ctid) FROM @."${one.table}" WHERE code = 'a')`,
    )
    await one.publish([text('code', { unique: true })])
    await expect(one.insert([{ code: 'b' }])).rejects.toThrow(/duplicate key/)
    await one.publish([text('code')])
    await one.insert([{ code: 'b' }])
  })
})

describe('changes of type', () => {
  const widening: [string, object, object, string, string | null][] = [
    ['number to decimal', { type: 'number' }, { type: 'decimal' }, '12.5', '12.5'],
    ['decimal to number', { type: 'decimal' }, { type: 'number' }, '12.50', '12.5'],
    ['decimal to percent', { type: 'decimal' }, { type: 'percent' }, '12.50', '12.50'],
    ['number to text', { type: 'number' }, { type: 'text' }, '0.1', '0.1'],
    ['text to long text', { type: 'text' }, { type: 'long_text' }, 'a', 'a'],
    ['long text to text', { type: 'long_text' }, { type: 'text' }, 'a', 'a'],
    ['date to text', { type: 'date' }, { type: 'text' }, '2024-02-29', '2024-02-29'],
    ['email to text', { type: 'email' }, { type: 'text' }, 'a@b.example', 'a@b.example'],
    ['choice to text', { type: 'choice', options: [{ value: 'x' }] }, { type: 'text' }, 'x', 'x'],
    ['text to choice', { type: 'text' }, { type: 'choice', options: [{ value: 'x' }] }, 'x', 'x'],
    [
      'choice to multi choice',
      { type: 'choice', options: [{ value: 'x' }] },
      { type: 'multi_choice', options: [{ value: 'x' }] },
      'x',
      '{x}',
    ],
    [
      'multi choice to choice',
      { type: 'multi_choice', options: [{ value: 'x' }] },
      { type: 'choice', options: [{ value: 'x' }] },
      '{x}',
      'x',
    ],
  ]
  test.each(widening)('%s keeps the values', async (_, before, after, stored, expected) => {
    const one = await thing([{ name: 'it', ...before }])
    await one.insert([{ it: stored }, { it: null }])
    await one.publish([{ name: 'it', ...after }])
    expect(await one.values(await one.column('it'))).toEqual([expected, null])
    // The table has one column for the field, whichever it is.
    expect((await tenant.columns(one.table)).filter((column) => column.startsWith('it'))).toHaveLength(1)
  })

  const refused: [string, object, object, string, RegExp][] = [
    [
      'text to number',
      { type: 'text' },
      { type: 'number' },
      '12',
      /text cannot become one of type number.*1 record has a value/,
    ],
    ['date to date-time', { type: 'date' }, { type: 'date_time' }, '2024-02-29', /depends on the place/],
    [
      'decimal with many digits to number',
      { type: 'decimal' },
      { type: 'number' },
      '0.1234567890123456789',
      /1 record has a value with more digits/,
    ],
    [
      'number to decimal of fewer digits',
      { type: 'number' },
      { type: 'decimal', scale: 1 },
      '0.25',
      /more than 1 digits/,
    ],
    ['two lines to text', { type: 'long_text' }, { type: 'text' }, 'a\nb', /several lines/],
    [
      'another text to choice',
      { type: 'text' },
      { type: 'choice', options: [{ value: 'x' }] },
      'y',
      /none of the options/,
    ],
    [
      'two choices to one',
      { type: 'multi_choice', options: [{ value: 'x' }, { value: 'y' }] },
      { type: 'choice', options: [{ value: 'x' }, { value: 'y' }] },
      '{x,y}',
      /more than one option/,
    ],
  ]
  test.each(refused)(
    '%s is refused with the reason, until nothing is in the way',
    async (_, before, after, stored, reason) => {
      const one = await thing([{ name: 'it', ...before }])
      const [id = ''] = await one.insert([{ it: stored }])
      const error = await refusal(one.publish([{ name: 'it', ...after }]))
      expect([error.code, error.problems[0]?.path]).toEqual(['RL214', `${one.entity}.it`])
      expect(error.message).toMatch(reason)
      expect(await one.values('it')).toEqual([stored])
      await tenant.sql(`UPDATE @."${one.table}" SET it = NULL WHERE id = $1::uuid`, [id])
      const { plan } = await one.publish([{ name: 'it', ...after }])
      expect(texts(plan).join('\n')).toMatch(/^change field It of Thing from /m)
    },
  )

  test('a reference becomes one to any of several, and back while it can', async () => {
    const name = `p${++number}`
    const files = (field: object) => ({
      'entities/town.json': { name: 'town', fields: [text('name')] },
      'entities/road.json': { name: 'road', fields: [field] },
    })
    const reference = { name: 'goes_to', type: 'reference', to: 'town' }
    const any = { name: 'goes_to', type: 'any_reference', to: ['town', 'road'] }
    await tenant.publish([pack(name, files(reference))])
    const [town, road] = [newId(), newId()]
    await tenant.sql(`INSERT INTO @.${name}_town (id) VALUES ($1::uuid)`, [town])
    await tenant.sql(`INSERT INTO @.${name}_road (id, goes_to) VALUES ($1::uuid, $2::uuid)`, [road, town])
    await tenant.publish([pack(name, files(any))])
    expect(await tenant.sql(`SELECT goes_to__entity, goes_to__id FROM @.${name}_road`)).toEqual([
      [`${name}.town`, town],
    ])
    await tenant.publish([pack(name, files(reference))])
    const column = (await tenant.load()).model.entity(`${name}.road`).field('goes_to')?.columns[0]?.column
    expect(await tenant.sql(`SELECT "${column}" FROM @.${name}_road`)).toEqual([[town]])
    await tenant.publish([pack(name, files(any))])
    await tenant.sql(`UPDATE @.${name}_road SET goes_to__entity = '${name}.road', goes_to__id = id`)
    expect((await refusal(tenant.publish([pack(name, files(reference))]))).message).toMatch(
      /1 record points to something else/,
    )
  })
})

describe('entities', () => {
  test('keep their table through a rename, and their records when they are taken out', async () => {
    const name = `p${++number}`
    const entity = (what: object) => pack(name, { 'entities/it.json': { fields: [text('name')], ...what } })
    await tenant.publish([entity({ name: 'lead' })])
    await tenant.sql(`INSERT INTO @.${name}_lead (id, name) VALUES ($1::uuid, 'Bo')`, [newId()])
    const renamed = await tenant.publish([entity({ name: 'prospect', id: 'lead', aliases: ['lead'] })])
    expect(texts(renamed.plan)).toContain(`rename entity ${name}.lead to ${name}.prospect`)
    expect((await tenant.load()).model.entity(`${name}.prospect`).entity.table).toBe(`${name}_lead`)
    const gone = await tenant.publish([pack(name, {})])
    expect(texts(gone.plan)).toContain('retire entity Prospect (its records are kept)')
    expect(gone.plan.droppable).toContain(`drop:${name}.prospect`)
    expect(await tenant.sql(`SELECT name FROM @.${name}_lead`)).toEqual([['Bo']])
    const back = await tenant.publish([entity({ name: 'prospect', id: 'lead' })])
    expect(texts(back.plan)[0]).toBe('add entity Prospect (with what was kept of it)')
    await tenant.publish([pack(name, {})])
    await tenant.publish([], { confirm: [`drop:${name}.prospect`] })
    await expect(tenant.sql(`SELECT 1 FROM @.${name}_lead`)).rejects.toThrow(/does not exist/)
  })

  test('go with their package, and stay when another one needs them', async () => {
    const [below, above] = [`p${++number}`, `p${++number}`]
    const lower = pack(below, { 'entities/a.json': { name: 'a', fields: [text('name')] } })
    const upper = pack(
      above,
      { 'entities/b.json': { name: 'b', fields: [{ name: 'a', type: 'reference', to: `${below}.a` }] } },
      { requires: { [below]: '*' } },
    )
    await tenant.publish([lower, upper])
    expect((await refusal(tenant.publish([], { remove: [below] }))).code).toBe('RL200')
    await tenant.publish([], { remove: [below, above] })
    expect((await tenant.load()).model.find(`${below}.a`)).toBeUndefined()
    expect((await refusal(tenant.publish([], { remove: ['nothing'] }))).code).toBe('RL104')
    expect((await refusal(tenant.publish([], { remove: ['system'] }))).code).toBe('RL301')
  })
})

describe('names that records hold', () => {
  test('follow the options that they name, even when two of them change places', async () => {
    const options = (a: string, b: string) => [
      { id: 'one', value: a },
      { id: 'two', value: b },
    ]
    const fields = (a: string, b: string) => [
      { name: 'single', type: 'choice', options: options(a, b) },
      { name: 'several', type: 'multi_choice', options: options(a, b) },
    ]
    const one = await thing(fields('x', 'y'))
    await one.insert([
      { single: 'x', several: '{y,x}' },
      { single: 'y', several: '{y}' },
      { single: null, several: null },
    ])
    const { plan } = await one.publish(fields('y', 'x'))
    expect(texts(plan)).toContain('rename values of Single of Thing: x → y, y → x')
    expect(await one.values('single')).toEqual(['y', 'x', null])
    expect(await one.values('several')).toEqual(['{x,y}', '{x}', null])
  })

  test('follow roles, so that nobody is locked out, and entities', async () => {
    const name = `p${++number}`
    const files = (role: string, entity: string) => [
      pack(name, {
        'roles/clerk.json': { id: 'clerk', name: role, label: 'Clerk', entities: {} },
        'entities/deal.json': { id: 'deal', name: entity, fields: [text('name')] },
        'entities/memo.json': { name: 'memo', fields: [{ name: 'about', type: 'any_reference' }] },
      }),
    ]
    await tenant.publish(files('clerk', 'deal'))
    await tenant.sql(
      `INSERT INTO @.system_user (id, name, roles) VALUES ($1::uuid, 'Bo', '{system.member,${name}.clerk}')`,
      [newId()],
    )
    await tenant.sql(
      `INSERT INTO @.${name}_memo (id, about__entity, about__id) VALUES ($1::uuid, '${name}.deal', $1::uuid)`,
      [newId()],
    )
    await tenant.publish(files('officer', 'bargain'))
    expect(await tenant.sql(`SELECT roles FROM @.system_user WHERE name = 'Bo'`)).toEqual([
      [`{system.member,${name}.officer}`],
    ])
    expect(await tenant.sql(`SELECT about__entity FROM @.${name}_memo`)).toEqual([[`${name}.bargain`]])
  })
})

describe('views for reporting tools', () => {
  test('show live records by the names of the API, whatever the columns are called', async () => {
    const price = { name: 'price', type: 'money' }
    const double = { name: 'twice', type: 'formula', rule: { '*': [{ var: 'size' }, 2] } }
    const fields = [text('name'), { name: 'size', type: 'number' }, price, double, { name: 'pin', type: 'secret' }]
    const one = await thing(fields)
    const size = await one.column('size')
    await one.insert([{ name: 'a', [size]: '1.5', price__amount: '9', price__currency: 'EUR', pin: 'x' }])
    await tenant.sql(`INSERT INTO @."${one.table}" (id, name, deleted_at) VALUES ($1::uuid, 'gone', now())`, [newId()])
    const view = `@."${one.entity}"`
    expect(await tenant.sql(`SELECT name, size, "price.amount", twice, version FROM ${view}`)).toEqual([
      ['a', '1.5', '9', '3', '1'],
    ])
    await expect(tenant.sql(`SELECT pin FROM ${view}`)).rejects.toThrow(/does not exist/)
    // Another column behind the same name, and another name for the same column.
    await one.publish([text('title', { id: 'name' }), { name: 'size', type: 'decimal' }, double])
    expect(await tenant.sql(`SELECT title, size, twice FROM ${view}`)).toEqual([['a', '1.5', '3']])
    await expect(tenant.sql(`SELECT "price.amount" FROM ${view}`)).rejects.toThrow(/does not exist/)
    await one.publish([], {}, { confirm: [`drop:${one.entity}.price`, `drop:${one.entity}.size`] })
    expect(await tenant.sql(`SELECT version FROM ${view}`)).toEqual([['1']])
  })

  test('that others were built upon are not taken from under them', async () => {
    const one = await thing([text('name')])
    await tenant.sql(`CREATE VIEW @.mine${number} AS SELECT name FROM @."${one.entity}"`)
    const error = await refusal(one.publish([text('title')]))
    expect([error.code, error.message]).toEqual(['RL214', expect.stringContaining(`mine${number}`)])
    await tenant.sql(`DROP VIEW @.mine${number}`)
    await one.publish([text('title')])
  })
})

test('bad metadata is refused with every problem, and nothing changes', async () => {
  const one = await thing([text('name')])
  const version = (await tenant.load()).model.version
  const error = await refusal(
    one.publish([text('name'), { name: 'x', type: 'txt' }, { name: 'y', type: 'reference', to: 'nobody' }]),
  )
  expect(error.code).toBe('RL200')
  expect(error.problems.map(({ file, path }) => `${file}${path}`)).toEqual([
    'entities/thing.json/fields/1/type',
    'entities/thing.json/fields/2/to',
  ])
  expect((await tenant.load()).model.version).toBe(version)
})

test('a publish of what is published is a version without steps', async () => {
  const one = await thing([text('name', { searchable: true, unique: true }), { name: 'n', type: 'auto_number' }])
  const { plan, jobs } = await one.publish([
    text('name', { searchable: true, unique: true }),
    { name: 'n', type: 'auto_number' },
  ])
  expect([plan.steps, jobs]).toEqual([[], []])
})
