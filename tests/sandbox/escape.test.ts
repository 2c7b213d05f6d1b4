// E: a plugin tries to get out, or at what is not its own.
import { expect } from 'vitest'
import { type Abuse, abuseSuite } from './support/abuse.ts'
import { answerOf } from './support/guests.ts'

/** What was tried must throw. */
const held = (attempt: string): string => `try { ${attempt} } catch { return 'held' } return 'escaped'`
const GLOBALS = `AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array BigUint64Array Boolean DataView
  Date DisposableStack Error EvalError Float16Array Float32Array Float64Array Infinity Int16Array Int32Array Int8Array Intl
  Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String
  SuppressedError Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap
  WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent escape globalThis isFinite isNaN parseFloat parseInt
  undefined unescape`

const refusing: Abuse['host'] = async () => ({ ok: false, error: { code: 'RL404', message: 'No.', hint: 'Ask.' } })
const WALK = `
  const seen = new Set(), waiting = [globalThis, bridge, input, bridge.call('a'), (async () => {})(), new Error()]
  const found = []
  while (waiting.length > 0) {
    const one = waiting.pop()
    if ((typeof one !== 'object' && typeof one !== 'function') || one === null || seen.has(one)) continue
    seen.add(one)
    for (const key of Reflect.ownKeys(one)) {
      if (/^(applySync|apply|derefInto|deref|copyInto|copy|release|dispose|getSync|createContext|compileScript)$/.test(String(key)))
        if (one !== Function_ && one !== Reflect) found.push(String(key))
      const { value, get, set } = Object.getOwnPropertyDescriptor(one, key)
      waiting.push(value, get, set)
    }
    waiting.push(Object.getPrototypeOf(one))
  }
  return { found: found.filter((name) => name !== 'dispose'), isLarge: seen.size > 500 }`

abuseSuite('who tries to escape', [
  {
    number: 1,
    title: 'the constructor of a function makes no code',
    run: held(`return [].constructor.constructor('return process')()`),
    value: 'held',
  },
  {
    number: 2,
    title: 'nor does that of a function of the host',
    run: held(`return bridge.call.constructor('return process')()`),
    value: 'held',
  },
  {
    number: 3,
    title: 'nor what comes of a result of the host',
    run: `const given = await bridge.call('records.get', {}); ${held(`return given.constructor.constructor('return process')()`)}`,
    value: 'held',
  },
  {
    number: 4,
    title: 'nor what comes of an error of the host',
    host: refusing,
    run: `try { await bridge.call('records.get', {}) } catch (error) {
      if (Object.keys(error).join() !== 'code,hint') return Object.keys(error)
      ${held(`return error.constructor.constructor('return process')()`)} }`,
    check: (outcome) => expect(answerOf(outcome)).toBe('held'),
  },
  {
    number: 5,
    title: 'nor a rejection of it',
    host: refusing,
    run: `const error = await bridge.call('records.get', {}).catch((error) => error)
      return [error instanceof Error, error.code, error.message, error.hint, typeof error.constructor.constructor.prototype.constructor]`,
    value: [true, 'RL404', 'No.', 'Ask.', 'function'],
  },
  {
    number: 6,
    title: 'stacks are text, whoever prepares them, and show no function of the host',
    run: `const prepare = (error, sites) => sites.map((site) => [site.getThis(), site.getFunction()])
      try { Error.prepareStackTrace = prepare } catch {}
      try { globalThis.Error = { prepareStackTrace: prepare } } catch {}
      class Mine extends Error { static prepareStackTrace = prepare }
      const holder = {}; Error.captureStackTrace(holder)
      return [typeof new Error().stack, typeof new Mine().stack, typeof holder.stack]`,
    value: ['string', 'string', 'string'],
  },
  {
    number: 7,
    title: 'no stack tells a path of the host',
    host: refusing,
    run: `const stacks = [new Error().stack]
      try { await bridge.call('records.get', {}) } catch (error) { stacks.push(error.stack) }
      try { await bridge.call({}) } catch (error) { stacks.push(error.stack) }
      try { JSON.parse('{') } catch (error) { stacks.push(error.stack) }
      return stacks.join('\\n')`,
    check(outcome) {
      const stacks = String(answerOf(outcome))
      expect(stacks).toContain('plugin://acme.')
      expect(stacks).not.toMatch(/file:|node:|\.ts|node_modules|kernel/)
    },
  },
  {
    number: 8,
    title: 'there are these globals and no others',
    run: 'return Object.getOwnPropertyNames(globalThis).sort()',
    value: GLOBALS.split(/\s+/).sort(),
  },
  {
    number: 9,
    title: 'nothing of the library that holds isolates can be reached',
    before: 'const Function_ = Object.getPrototypeOf(function () {})',
    run: WALK,
    value: { found: [], isLarge: true },
  },
  {
    number: 10,
    title: 'nothing can be imported',
    run: `const found = [typeof require, typeof process, typeof module]
      try { await import('node:fs'); found.push('imported') } catch { found.push('held') }
      return found`,
    value: ['undefined', 'undefined', 'undefined', 'held'],
  },
  {
    number: 11,
    title: 'no WebAssembly, no shared memory, no code from text, by whatever way',
    run: `const makers = [() => {}, async () => {}, function* () {}, async function* () {}].map((one) => Object.getPrototypeOf(one).constructor)
      const typed = Object.getPrototypeOf(Int8Array)
      const tried = [...makers, typed.constructor, Reflect.getPrototypeOf(typed).constructor].map((make) => {
        try { return String(Reflect.construct(make, ['return 1'])()) } catch { return 'held' } })
      try { tried.push((0, eval)('1')) } catch { tried.push('held') }
      try { tried.push(new Intl.DateTimeFormat().format.constructor('return 1')()) } catch { tried.push('held') }
      return [typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics, typeof eval, ...new Set(tried)]`,
    value: ['undefined', 'undefined', 'undefined', 'undefined', 'held'],
  },
  {
    number: 12,
    title: 'names that mean something to JavaScript do not come through',
    run: `const odd = () => JSON.parse('{"fine":1,"in":[{"__proto__":{"x":1},"constructor":2}],"__proto__":{"x":1},"prototype":3}')
      return { odd: odd(), seen: await bridge.call('records.list', odd()) }`,
    host: async (_, args) => ({ ok: true, value: JSON.stringify(args) }),
    check(outcome) {
      expect(JSON.stringify(answerOf(outcome))).toBe(
        JSON.stringify({ odd: { fine: 1, in: [{}] }, seen: '{"fine":1,"in":[{}]}' }),
      )
    },
  },
  {
    number: 13,
    title: 'what everybody stands on cannot be changed',
    before: `for (const poison of [
        () => { JSON.stringify = () => '"poison"' }, () => { JSON.parse = () => 'poison' },
        () => { Array.prototype.map = () => [] }, () => { Array.prototype[Symbol.iterator] = function* () {} },
        () => { Promise.prototype.then = () => {} }, () => { Object.prototype.toJSON = () => 'poison' },
        () => { Map.prototype.get = () => ({}) }, () => { RegExp.prototype.exec = () => null },
        () => { Object.defineProperty(Promise, Symbol.species, { value: Array }) },
        () => { Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'poison' }) },
        () => { Object.setPrototypeOf(Object.prototype, { toJSON: () => 'poison' }) },
        () => { globalThis.JSON = {} }, () => { String = () => 'poison' } ]) try { poison() } catch {}`,
    run: `return { list: [1, 2].map((one) => one + 1), seen: await bridge.call('records.get', { a: [1] }) }`,
    value: { list: [2, 3], seen: { method: 'records.get', args: { a: [1] } } },
  },
  {
    number: 16,
    title: 'after it answered, it asks the host in vain',
    run: `Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => bridge.call('records.create', {}))
      return 'done'`,
    host: async () => {
      throw new Error('The host was asked.')
    },
    check: (outcome) => expect([answerOf(outcome), outcome.usage.hostCalls]).toEqual(['done', 0]),
  },
  {
    number: 17,
    title: 'odd names of methods do not reach the host; those that look like methods do, as names',
    run: `const found = []
      for (const name of ['__proto__', 'records.__proto__', '', 'a'.repeat(1e6), { toString: () => 'sleep' }, Symbol('x'), 'a.b.c'])
        await bridge.call(name, {}).then(() => found.push('called'), (error) => found.push(error.name))
      found.push(await bridge.call('constructor', {}), await bridge.call('toString', {}))
      return found`,
    host: async (method) => ({ ok: true, value: method }),
    value: [...Array(7).fill('TypeError'), 'constructor', 'toString'],
  },
])
