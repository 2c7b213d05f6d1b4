// What a plugin may try against the real host: a server with its database, two tenants, a plugin that tries and one that
// minds its own work beside it. Whatever comes of the attempt: the server answers, the other plugin ends its work, and the
// same plugin answers its next call.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EchoDoor, openEchoDoor } from '../../support/echo-door.ts'
import { installPlugin } from '../../support/install-plugin.ts'
import { pack } from '../../support/packages.ts'
import type { Answer } from '../../support/sign-in.ts'
import { openTestTenant, type TestTenant } from '../../support/test-tenant.ts'

export interface HostAbuse {
  /** Of the catalogue in README.md. */
  number: number
  title: string
  /** Body of an async function of `bridge`, `args`, `reach(any)` and `tell(work)`, which answers an error as what it has. */
  run: string
  /** Given to it. */
  args?(place: Place): unknown
  check(answer: Told, place: Place): void | Promise<void>
}

export interface Told extends Answer {
  /** What `run` answered, when it did. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the plugin says.
  value: any
}

export interface Place {
  tenant: TestTenant
  /** Ids in the tenant next door. */
  theirs: { record: string; plugin: string; schema: string }
  /** Requests that have left. */
  seen: EchoDoor['seen']
  /** Of a record that the plugin's own tenant has. */
  mine: string
}

const SHOP = pack('shop', {
  'entities/order.json': {
    name: 'order',
    display_name: 'title',
    fields: [
      { name: 'title', type: 'text' },
      { name: 'hidden', type: 'text' },
      { name: 'buyer', type: 'reference', to: 'base.person' },
    ],
  },
})

/** `reach(any)`: what its constructor's constructor gives for a way out. */
const TELL = `
  const reach = (any) => { try { return any.constructor.constructor('return typeof process')() } catch (error) { return error.name } }
  const tell = async (work) => {
    try { return { value: await work() } } catch (error) {
      return {
        isError: Object.getPrototypeOf(error) === Error.prototype, name: error.name, code: error.code, message: error.message,
        stack: String(error.stack), own: Object.getOwnPropertyNames(error).sort(),
        process: reach(error),
      }
    }
  }`

const permissions = {
  records: { 'shop.order': { read: ['title'], create: ['title'], update: ['title'] } },
  http: ['api.example.org', 'rebound.example.org', 'xn--nxasmq6b.example.org'],
  mail: true as const,
}

function villain(cases: readonly HostAbuse[]): string {
  const branches = cases.map(({ run }, index) => `if (form.case === ${index}) { ${run} }`)
  return `
    if (kind === 'job') return null
    const { input: form, ids } = input.event
    const args = form.args === null ? null : JSON.parse(form.args)
    ${TELL}
    if (form.case === -1) return { message: 'good' }
    const value = await (async () => { ${branches.join('\n')} })()
    return { message: JSON.stringify(value ?? null) }`
}

const action = (name: string, more: object = {}) => ({
  [`actions/${name}.json`]: { name, entity: 'shop.order', label: name, on: ['list'], ...more },
})

export function hostAbuseSuite(name: string, cases: readonly HostAbuse[]): void {
  describe(name, () => {
    let place: Place
    let door: EchoDoor
    afterAll(() => door.close())
    beforeAll(async () => {
      door = await openEchoDoor(SECRET)
      const tenant = await openTestTenant([SHOP], {}, {}, { outside: door.outside })
      const form = [
        { name: 'case', type: 'number', integer: true, label: 'Case', required: true },
        { name: 'args', type: 'long_text', label: 'Arguments' },
      ]
      await installPlugin(tenant, {
        name: 'villain',
        requires: { shop: '^1.0.0' },
        files: action('try', { input: form }),
        manifest: { permissions, secrets: { KEY: { label: 'Key', hosts: ['api.example.org'] } } },
        behaviour: { actions: ['try'], jobs: [{ name: 'idle' }] },
        run: villain(cases),
      })
      await tenant.call('PUT', 'plugins/villain/secrets/KEY', { value: SECRET })
      await installPlugin(tenant, {
        name: 'neighbour',
        requires: { shop: '^1.0.0' },
        files: action('work'),
        manifest: { permissions: { records: { 'shop.order': { read: ['title'] } } } },
        behaviour: { actions: ['work'] },
        run: `await bridge.call('sleep', { ms: 60 }); return { message: String(await bridge.call('records.count', { entity: 'shop.order' })) }`,
      })
      const { body } = await tenant.call('POST', 'records/shop.order', { title: 'mine', hidden: 'not for plugins' })
      place = { tenant, mine: body.id, theirs: await nextDoor(tenant), seen: door.seen }
    })

    for (const [index, abuse] of cases.entries())
      test(`[${abuse.number}] ${abuse.title}`, async () => {
        const { tenant } = place
        const beside = tenant.call('POST', 'actions/neighbour.work', {})
        const args = abuse.args ? JSON.stringify(abuse.args(place)) : null
        const answer = await tenant.call('POST', 'actions/villain.try', { input: { case: index, args } })
        const value = answer.status === 200 ? JSON.parse(answer.body.message) : undefined
        await abuse.check({ ...answer, value }, place)

        expect((await tenant.call('GET', 'meta')).status).toBe(200)
        expect((await beside).body.message).toMatch(/^\d+$/)
        const next = await tenant.call('POST', 'actions/villain.try', { input: { case: -1 } })
        expect(next.body.message).toBe('good')
      })
  })
}

/** Code from text is not made at all. */
export const NOWHERE = 'TypeError'
export const SECRET = 'a secret that nobody may read back'

/** Another tenant of the same server, with a record and a file. */
async function nextDoor({ kernel }: TestTenant): Promise<Place['theirs']> {
  const { tenant } = await kernel.tenants.create({ title: 'Next door', slug: 'nextdoor', kind: 'empty' })
  await kernel.services.publisher.publish(tenant, { packages: [SHOP], by: null })
  const loaded = await kernel.services.catalog.load(tenant.slug)
  const table = loaded.model.entity('shop.order').entity.table
  const id = crypto.randomUUID()
  await kernel.services.database.query(
    `INSERT INTO "${tenant.schema}"."${table}" (id, display_name, "${column(loaded, 'title')}") VALUES ($1::uuid, 'theirs', 'theirs')`,
    [id],
  )
  return { record: id, plugin: 'villain', schema: tenant.schema }
}

function column(
  loaded: Awaited<ReturnType<TestTenant['kernel']['services']['catalog']['load']>>,
  field: string,
): string {
  return loaded.model.entity('shop.order').field(field)?.columns[0]?.column ?? field
}
