// Escapes by way of the real host: what it answers, what it is asked for, whose records it gives out.
import { expect } from 'vitest'
import { hostAbuseSuite, NOWHERE } from './support/host-abuse.ts'

const NO_SERVER = /kernel\/|node_modules|node:internal|file:\/\//

hostAbuseSuite('escapes through the host', [
  {
    number: 2,
    title: 'functions that call the host lead nowhere but into the guest',
    run: `return [bridge, bridge.call, bridge.log].map((one) => reach(one))`,
    check: ({ value }) => expect(value).toEqual([NOWHERE, NOWHERE, NOWHERE]),
  },
  {
    number: 3,
    title: 'what the host answers is plain data of the guest',
    run: `
      const list = await bridge.call('records.list', { entity: 'shop.order', select: 'title' })
      const record = list.data[0]
      return [list, list.data, record].map((one) => [
        one instanceof Object, reach(one),
        [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(one)), Object.values(one).some((value) => typeof value === 'function'),
      ])`,
    check: ({ value }) => expect(value).toEqual([1, 2, 3].map(() => [true, NOWHERE, true, false])),
  },
  {
    number: 4,
    title: 'an error of the host is an Error of the guest, without a stack of the server',
    run: `return [
      await tell(() => bridge.call('records.get', { entity: 'shop.nothing', id: 'x' })),
      await tell(() => bridge.call('records.delete', { entity: 'shop.order', id: args })),
      await tell(() => bridge.call('records.update', { entity: 'shop.order', id: args, values: { title: { toString: 1 } } })),
    ]`,
    args: ({ mine }) => mine.replace(/.$/, '0'),
    check({ value }) {
      for (const error of value) {
        expect(error).toMatchObject({ isError: true, process: NOWHERE, code: expect.stringMatching(/^RL\d{3}$/) })
        expect(JSON.stringify(error)).not.toMatch(NO_SERVER)
      }
    },
  },
  {
    number: 5,
    title: 'what is refused while several calls are under way is told the same way',
    run: `
      const calls = await Promise.allSettled([1, 2, 3].map((n) => bridge.call('records.create', { entity: 'base.person', values: { n } })))
      return calls.map(({ reason }) => [reason.code, Object.getPrototypeOf(reason) === Error.prototype, String(reason.stack), reach(reason)])`,
    check({ value }) {
      expect(value.map(([code, isOurs, , process]: unknown[]) => [code, isOurs, process])).toEqual(
        [1, 2, 3].map(() => ['RL404', true, NOWHERE]),
      )
      expect(JSON.stringify(value)).not.toMatch(NO_SERVER)
    },
  },
  {
    number: 12,
    title: '__proto__, constructor and prototype in arguments change nothing and are no fields',
    run: `
      const values = JSON.parse('{"title":"kept","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}')
      return [await tell(() => bridge.call('records.create', { entity: 'shop.order', values })), await tell(() => bridge.call('records.list', JSON.parse('{"entity":"shop.order","__proto__":{"trash":true}}')))]`,
    async check({ value }, { tenant }) {
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
      const { body } = await tenant.call('GET', 'records/shop.order?limit=50')
      expect(JSON.stringify(body)).not.toContain('isAdmin')
      expect(JSON.stringify(value)).not.toContain('isAdmin')
    },
  },
  {
    number: 14,
    title: 'ids of the tenant next door lead nowhere, in reads, writes, references and filters',
    run: `
      const { record, mine } = args
      return [
        await tell(() => bridge.call('records.get', { entity: 'shop.order', id: record })),
        await tell(() => bridge.call('records.update', { entity: 'shop.order', id: record, values: { title: 'stolen' } })),
        await tell(() => bridge.call('records.create', { entity: 'shop.order', values: { title: 'x', buyer: record } })),
        await tell(() => bridge.call('records.list', { entity: 'shop.order', filter: { '==': [{ var: 'id' }, record] } })),
        await tell(() => bridge.call('records.get', { entity: 'nextdoor.shop.order', id: record })),
      ]`,
    args: ({ theirs, mine }) => ({ record: theirs.record, mine }),
    async check({ value }, { tenant, theirs }) {
      const [read, written, referred, listed, named] = value
      expect([read.value, written.code]).toEqual([null, 'RL205'])
      expect(referred.code).toMatch(/RL404|RL206/)
      expect(listed.value?.data ?? []).toEqual([])
      expect(named.code).toMatch(/^RL/)
      const rows = await tenant.database.query(
        `SELECT display_name FROM "${theirs.schema}"."${tenant.tableOf('shop.order')}" WHERE id = $1::uuid`,
        [theirs.record],
      )
      expect(rows).toEqual([['theirs']])
    },
  },
  {
    number: 14,
    title: 'what it was not granted it learns in no other way: filter, order, sums, expansion, error',
    run: `
      const hidden = { '==': [{ var: 'hidden' }, 'not for plugins'] }
      return [
        await tell(() => bridge.call('records.list', { entity: 'shop.order', filter: hidden })),
        await tell(() => bridge.call('records.list', { entity: 'shop.order', sort: 'hidden' })),
        await tell(() => bridge.call('records.list', { entity: 'shop.order', select: 'title,hidden' })),
        await tell(() => bridge.call('records.count', { entity: 'shop.order', filter: hidden })),
        await tell(() => bridge.call('records.list', { entity: 'shop.order', select: 'title,buyer(name)' })),
        await tell(() => bridge.call('records.get', { entity: 'shop.order', id: args })),
        await tell(() => bridge.call('records.list', { entity: 'system.user' })),
      ]`,
    args: ({ mine }) => mine,
    check({ value }) {
      const [filtered, sorted, selected, counted, expanded, read, users] = value
      for (const one of [filtered, sorted, counted, expanded, users])
        expect(one.code, JSON.stringify(one)).toMatch(/^RL/)
      expect(JSON.stringify([selected, read])).not.toContain('not for plugins')
    },
  },
  {
    number: 16,
    title: 'a call that is left behind when the run is over does nothing',
    run: `
      void bridge.call('sleep', { ms: 30 }).then(() => bridge.call('records.create', { entity: 'shop.order', values: { title: 'after the end' } })).catch(() => undefined)
      return 'over'`,
    async check({ value }, { tenant }) {
      expect(value).toBe('over')
      await new Promise((resolve) => setTimeout(resolve, 200))
      const { body } = await tenant.call('GET', 'records/shop.order?limit=50&select=title')
      expect(JSON.stringify(body)).not.toContain('after the end')
    },
  },
  {
    number: 17,
    title: 'names that every object has are no capabilities',
    run: `
      const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'records', 'records.constructor', 'records.get.call', '', 'RECORDS.GET', 'records.get\\u0000']
      const told = []
      for (const name of names) told.push(await tell(() => bridge.call(name, { entity: 'shop.order' })))
      return told`,
    check({ value }) {
      for (const error of value) {
        // What is no name at all is refused by the guest's own side.
        expect(error.code ?? error.name, JSON.stringify(error)).toMatch(/^(RL\d{3}|TypeError)$/)
        expect(error.stack).not.toMatch(NO_SERVER)
      }
    },
  },
])
