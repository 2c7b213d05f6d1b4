// Generated types: what each field's type is, and that the compiler knows a slip of the pen when it sees one.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { transform } from 'esbuild'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Actor, ALONE } from '../../kernel/actor.ts'
import { Model } from '../../kernel/catalog/model.ts'
import { clientMeta, type KnownRights } from '../../kernel/catalog/projection.ts'
import type { TenantInfo } from '../../kernel/catalog/loaded-tenant.ts'
import { readPackageFolder } from '../../sdk/metadata/read-package.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import { modelOfMeta } from '../../sdk/plugin/types/from-meta.ts'
import { modelOf } from '../../sdk/plugin/types/from-sources.ts'
import type { TypedModel } from '../../sdk/plugin/types/model.ts'
import { valueType } from '../../sdk/plugin/types/value-types.ts'
import { typesText } from '../../sdk/plugin/types/write-types.ts'
import { METADATA_FOLDER, readSources, resolveSources } from '../support/metadata-sources.ts'
import { makePluginPlace } from '../support/plugin-place.ts'

const shop: PackageSource = {
  name: 'shop',
  files: {
    'package.json': { name: 'shop', version: '2.0.0', label: 'Shop' },
    'entities/order.json': {
      name: 'order',
      label: { en: 'Order', ru: 'Заказ' },
      description: 'What was bought */ by whom',
      ownership: 'user',
      fields: [
        { name: 'number', type: 'auto_number' },
        { name: 'title', type: 'text', required: true },
        {
          name: 'state',
          type: 'choice',
          required: true,
          default: 'new',
          options: [{ value: 'new' }, { value: "won't" }],
        },
        { name: 'tags', type: 'multi_choice', options: [{ value: 'a' }, { value: 'b' }] },
        { name: 'price', type: 'money', currencies: ['EUR', 'USD'] },
        { name: 'rate', type: 'percent' },
        { name: 'buyer', type: 'reference', to: 'base.person', label: 'Buyer' },
        { name: 'about', type: 'any_reference', to: ['base.person', 'item'] },
        { name: 'items', type: 'many_to_many', to: 'item', link_fields: [{ name: 'amount', type: 'number' }] },
        { name: 'meeting', type: 'date_time', zoned: true },
        { name: 'secret', type: 'secret' },
        { name: 'double', type: 'formula', rule: { '*': [{ var: 'rate' }, 2] } },
        { name: 'is_new', type: 'formula', rule: { '==': [{ var: 'state' }, 'new'] } },
        { name: 'buyer_name', type: 'formula', rule: { cat: [{ var: 'buyer.display_name' }, '!'] } },
        { name: 'notes', type: 'rollup', rollup: { over: 'note.order', aggregate: 'count' } },
        { name: 'fixed', type: 'text', read_only: true },
      ],
    },
    'entities/item.json': { name: 'item', label: 'Item', fields: [{ name: 'name', type: 'text' }] },
    'entities/note.json': { name: 'note', fields: [{ name: 'order', type: 'reference', to: 'order' }] },
    'entities/person.json': {
      extends: 'base.person',
      fields: [
        { name: 'size', type: 'number', integer: true },
        { name: 'job_title', required: true },
      ],
    },
    'actions/pay.json': {
      name: 'pay',
      entity: 'order',
      label: 'Pay',
      on: ['record'],
      input: [{ name: 'method', type: 'choice', required: true, options: [{ value: 'cash' }, { value: 'card' }] }],
    },
  },
}

let text: string
beforeAll(async () => {
  const base = await Promise.all(['system', 'base'].map((name) => readPackageFolder(path.join(METADATA_FOLDER, name))))
  text = typesText({
    packages: [...base, shop],
    manifest: {
      settings: [{ name: 'limit', type: 'decimal', label: 'Limit' }],
      secrets: { SHOP_KEY: { label: 'Key of the shop' } },
    },
  })
})

/** The interface of that name, as it is written. */
const part = (name: string): string => new RegExp(`export interface ${name}\\b[^{]*\\{[^}]*\\}`).exec(text)?.[0] ?? ''

describe('what is written', () => {
  test('an entity as it is read', () => {
    expect(part('ShopOrder')).toBe(`export interface ShopOrder extends Standard, Owned {
  /** Number */
  number: string | null
  /** Title */
  title: string
  /** State */
  state: 'new' | 'won\\'t'
  /** Tags */
  tags: readonly ('a' | 'b')[] | null
  /** Price */
  price: Money<'EUR' | 'USD'> | null
  /** Rate */
  rate: Decimal | null
  /** Buyer → base.person */
  buyer: Id | null
  /** About */
  about: AnyReference<'base.person' | 'shop.item'> | null
  /** Meeting */
  meeting: ZonedInstant | null
  /** Secret */
  secret: boolean
  /** Double */
  double: Decimal | null
  /** Is new */
  is_new: boolean | null
  /** Buyer name */
  buyer_name: string | null
  /** Notes */
  notes: number | null
  /** Fixed */
  fixed: string | null
}`)
    expect(text).toContain('/** Order. What was bought * / by whom */')
  })

  test('and as it is written: what is worked out is not there, what only the plugin itself sets is', () => {
    expect(part('ShopOrderInput')).toBe(`export interface ShopOrderInput {
  title: string
  state?: ShopOrder['state']
  tags?: ShopOrder['tags']
  price?: MoneyInput<'EUR' | 'USD'> | null
  rate?: DecimalInput | null
  buyer?: Id | null
  about?: AnyReferenceInput<'base.person' | 'shop.item'> | null
  meeting?: ZonedInstant | null
  secret?: string | null
  fixed?: string | null
  owner?: Id | null
  owner_team?: Id | null
}`)
  })

  test('fields that a package adds elsewhere have its name in front; what it changes is changed', () => {
    expect(part('BasePerson')).toContain('shop_size: number | null')
    expect(part('BasePerson')).toMatch(/\n {2}job_title: string\n/)
  })

  test('links, forms, settings and secrets', () => {
    expect(part('ShopOrderItems')).toMatch(/order: Id\n[\s\S]*item: Id\n[\s\S]*amount: number \| null/)
    expect(part('ShopPayForm')).toContain("method: 'cash' | 'card'")
    expect(part('PluginSettings')).toContain('limit: Decimal | null')
    expect(text).toContain("'shop.pay': ShopPayForm")
    expect(text).toContain('/** Key of the shop */\n    SHOP_KEY: true')
  })

  test('whatever names, labels and options are, it is source text', async () => {
    const anything = fc.oneof(fc.string(), fc.constantFrom('*/', "'", '`', '\\', '\n', '${x}', '\u2028', '// x'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anything, fc.array(anything, { minLength: 1, maxLength: 3 })), { maxLength: 4 }),
        async (all) => {
          const fields = all.map(([label, options], at) => ({
            ...{ name: `f${at}`, type: 'choice', label, help: label },
            options: options.map((value) => ({ value })),
          }))
          const files = { 'entities/x.json': { name: 'x', label: all[0]?.[0] ?? 'X', fields } }
          const written = typesText({ packages: [{ name: 'any', files }] })
          await transform(written.replace(/^declare module/m, 'namespace X {} declare module'), { loader: 'ts' })
        },
      ),
      { numRuns: 100 },
    )
  })

  test('equal metadata gives equal bytes, and every type of field has a type', () => {
    expect(text.split('\n')[0]).toMatch(/from system 1\.0\.0, base 1\.0\.0, shop 2\.0\.0\./)
    const without = Object.keys(FIELD_TYPES).filter((type) => !valueType(type, {}))
    expect(without).toEqual(['many_to_many'])
    expect(text).not.toMatch(/: unknown \| null/)
  })
})

const EVERYBODY: Actor = {
  ...{
    kind: 'system',
    tenant: 't',
    userId: '',
    displayName: '',
    email: null,
    keyId: null,
    locale: 'en',
    timeZone: 'UTC',
  },
  roles: ['system.administrator'],
  circle: ALONE,
}

describe('types of packages and types of a tenant that has them', () => {
  /** Words for people, and the order of entities and options, may differ; types may not. */
  const unordered = (text: string | undefined) => text?.split(' | ').sort()
  const shapes = (model: TypedModel) =>
    Object.fromEntries(
      model.entities.map(({ name, hasOwner, fields }) => [
        name,
        {
          hasOwner,
          fields: Object.fromEntries(
            fields.map((field) => {
              const { type, required, hasDefault, isWritable, options } = field
              const { read, write, ...value } = valueType(type, options) ?? {}
              const types = { ...value, read: unordered(read), write: unordered(write) }
              return [field.name, { required, hasDefault, isWritable, types }]
            }),
          ),
        },
      ]),
    )

  test('are the same for every package of the repository', async () => {
    const sources = await readSources()
    const result = resolveSources(sources)
    if (!result.ok) throw new Error('the packages have problems')
    const rights: KnownRights = { can: () => true, field: () => 'edit' }
    const tenant: TenantInfo = { id: 't', slug: 't', schema: 't', title: 'T', isDemo: false }
    const meta = clientMeta(new Model(result.snapshot), tenant, EVERYBODY, rights)
    const [offline, online] = [shapes(modelOf(sources)), shapes(modelOfMeta(meta))]
    expect(Object.keys(offline).sort()).toEqual(Object.keys(online).sort())
    for (const name of Object.keys(online)) expect.soft(offline[name], name).toEqual(online[name])
  })

  test('are source text that compiles', { timeout: 30_000 }, async () => {
    const place = makePluginPlace()
    await place.relata('plugin', 'new', 'all')
    place.write('all/plugin.ts', 'export {}')
    place.write('all/plugin.test.ts', 'export {}')
    place.write('all/relata.d.ts', typesText({ packages: [...(await readSources()), shop] }))
    expect(await place.compile('all')).toEqual([])
  })
})

describe('the compiler', () => {
  const place = makePluginPlace()
  const lines = [
    "beforeSave('visits.reminder', { name: 'a', on: ['create'] }, ({ record }) => ({ due_on: record.name })),",
    "beforeSave('visits.remindr', { name: 'a', on: ['create'] }, () => undefined),",
    "beforeSave('visits.reminder', { name: 'a', on: ['update'], fields: ['dueon'] }, () => undefined),",
    "beforeSave('visits.reminder', { name: 'a', on: ['create'] }, ({ record }) => void record.dueon),",
    "beforeSave('visits.reminder', { name: 'a', on: ['create'] }, () => ({ name: 'x', dueon: null })),",
    "beforeSave('visits.reminder', { name: 'a', on: ['create'] }, async () => ({ due_on: 5 })),",
    "beforeSave('visits.reminder', { name: 'a', on: ['created'] }, () => undefined),",
    "beforeSave('visits.reminder', { name: 'a', on: ['create'] }, (_event, { mail }) => void mail),",
    "action('visits.postpon', () => undefined),",
    "action('visits.postpone', ({ input }) => void input.dayz),",
    "job({ name: 'j' }, async (_event, { records }) => void (await records.create('visits.reminder', { nam: '' }))),",
    "job({ name: 'j' }, async (_event, { records }) => void (await records.create('visits.reminder', {}))),",
    "job({ name: 'j' }, async (_event, { records }) => void (await records.update('base.person', '', { nme: {} }))),",
    "job({ name: 'j' }, (_event, { settings }) => void settings.dayz),",
    "job({ name: 'j' }, async (_event, { http }) => void (await http.fetch('', { headers: { a: `${secret('KEI')}` } }))),",
    'job({ name: "j" }, () => console.log(1)),',
    'job({ name: "j" }, () => void fetch("x")),',
  ]
  const faulty = lines.map((_line, at) => at + 3).slice(1)

  test('knows a misspelt entity, field, action, input, setting, secret; and what a plugin has not', {
    timeout: 30_000,
  }, async () => {
    await place.relata('plugin', 'new', 'visits')
    const manifest = JSON.parse(readFileSync(path.join(place.folder, 'visits/plugin.json'), 'utf8'))
    place.write('visits/plugin.json', { ...manifest, secrets: { KEY: { label: 'Key' } } })
    expect((await place.relata('types', 'visits')).code).toBe(0)
    const imports = "import { action, beforeSave, definePlugin, job, secret } from 'relata/plugin'"
    place.write('visits/plugin.ts', [imports, 'export default definePlugin([', ...lines, '])'].join('\n'))
    const said = (await place.compile('visits')).filter((line) => line.startsWith('plugin.ts'))
    const at = [...new Set(said.map((line) => Number(/\((\d+),/.exec(line)?.[1])))].sort((a, b) => a - b)
    expect(at).toEqual(faulty)
    expect(said.join('\n')).toContain('\'is no field that can be written\': "dueon"')
  })
})
