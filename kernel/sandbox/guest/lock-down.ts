// Runs in every isolate before anything else: takes away what a plugin has no use for, puts the moment and the numbers of
// the invocation in the place of the clock and of chance, and freezes the rest, so that neither a plugin nor something that
// it was built with changes what the code in serve.ts stands on.

/** Told by serve.ts whenever another invocation is worked on. */
export interface Moment {
  nowMs: number
  /** Goes on with every number drawn. */
  seed: number
}

/** Its text is run in the isolate: it uses nothing from outside of itself. @returns sets the moment */
export function lockDown(): (moment: Moment) => void {
  const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object
  const { apply, construct, ownKeys } = Reflect
  let current: Moment = { nowMs: 0, seed: 1 }

  const removed = 'WebAssembly SharedArrayBuffer Atomics console eval Function WeakRef FinalizationRegistry'
  for (const name of removed.split(' ')) Reflect.deleteProperty(globalThis, name)

  // Code from text, by way of the constructors that no name leads to.
  const noCode = (): never => {
    throw new TypeError('A plugin cannot make code out of text.')
  }
  defineProperty(noCode, 'name', { value: 'Function' })
  const functions = [() => {}, async () => {}, function* () {}, async function* () {}]
  for (const one of functions) {
    const prototype: object = getPrototypeOf(one)
    defineProperty(prototype, 'constructor', { value: noCode, writable: false, configurable: false })
  }
  defineProperty(noCode, 'prototype', { value: getPrototypeOf(functions[0]), writable: false })

  const RealDate = Date
  const FakeDate = function (this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(current.nowMs).toString()
    return construct(RealDate, given.length === 0 ? [current.nowMs] : given, new.target)
  }
  for (const name of ['parse', 'UTC'] as const)
    defineProperty(FakeDate, name, { value: RealDate[name], writable: true, configurable: true })
  defineProperty(FakeDate, 'now', { value: { now: () => current.nowMs }.now, writable: true, configurable: true })
  defineProperty(FakeDate, 'name', { value: 'Date' })
  defineProperty(FakeDate, 'length', { value: 7 })
  defineProperty(FakeDate, 'prototype', { value: RealDate.prototype, writable: false })
  defineProperty(RealDate.prototype, 'constructor', { value: FakeDate, writable: true, configurable: true })
  defineProperty(globalThis, 'Date', { value: FakeDate, writable: true, configurable: true })
  // Formats of “now” would tell the real time.
  const format = getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format')?.get
  const { formatToParts } = Intl.DateTimeFormat.prototype
  const moment = (date: unknown): unknown => (date === undefined ? current.nowMs : date)
  defineProperty(Intl.DateTimeFormat.prototype, 'format', {
    get(this: unknown) {
      const bound = format && apply(format, this, [])
      return { format: (date: unknown) => bound(moment(date)) }.format
    },
    configurable: true,
  })
  defineProperty(Intl.DateTimeFormat.prototype, 'formatToParts', {
    value: {
      formatToParts(this: unknown, date: unknown) {
        return apply(formatToParts, this, [moment(date)])
      },
    }.formatToParts,
    writable: true,
    configurable: true,
  })

  // mulberry32
  const { imul } = Math
  const random = (): number => {
    current.seed = (current.seed + 0x6d2b79f5) | 0
    let mixed = imul(current.seed ^ (current.seed >>> 15), 1 | current.seed)
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  defineProperty(Math, 'random', { value: random, writable: true, configurable: true })

  // What is inherited from a frozen prototype cannot be assigned: `this.name = 'MyError'` would throw. Where people do
  // that, the member becomes a pair that gives the heir a member of its own.
  const assignable = (prototype: object, names: readonly PropertyKey[]): void => {
    for (const name of names) {
      const descriptor = getOwnPropertyDescriptor(prototype, name)
      if (!descriptor || !('value' in descriptor) || !descriptor.configurable) continue
      const { value } = descriptor
      defineProperty(prototype, name, {
        get: () => value,
        set(this: object, given: unknown) {
          if (this === prototype) throw new TypeError(`${String(name)} cannot be changed.`)
          defineProperty(this, name, { value: given, writable: true, enumerable: true, configurable: true })
        },
        enumerable: descriptor.enumerable ?? false,
        configurable: false,
      })
    }
  }
  const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
  for (const { prototype } of errors) assignable(prototype, ['name', 'message', 'toString', 'constructor'])
  assignable(Object.prototype, ownKeys(Object.prototype))

  // What has a name, and what syntax leads to without one. Their methods are left as they are: nothing is looked up on
  // them, and to freeze each of the 1,500 would take a megabyte in every isolate.
  const found: unknown[] = [getPrototypeOf(Int8Array)]
  for (const key of ownKeys(globalThis)) if (key !== 'globalThis') found.push(Reflect.get(globalThis, key))
  const iterators = [[].values(), ''[Symbol.iterator](), new Map().keys(), new Set().keys(), 'a'.matchAll(/a/g)]
  for (const one of [...functions, ...iterators, [].values().map(String)]) found.push(getPrototypeOf(one))
  for (const one of functions) found.push(Reflect.get(getPrototypeOf(one), 'prototype'))
  found.push(getPrototypeOf(getPrototypeOf((async function* () {})())), getPrototypeOf(getPrototypeOf([].values())))
  for (const one of found) {
    if ((typeof one !== 'object' && typeof one !== 'function') || one === null) continue
    freeze(one)
    const prototype: unknown = typeof one === 'function' ? Reflect.get(one, 'prototype') : undefined
    if (typeof prototype === 'object' && prototype !== null) freeze(prototype)
  }
  for (const key of ownKeys(globalThis)) {
    const descriptor = getOwnPropertyDescriptor(globalThis, key)
    if (!descriptor?.configurable || key === 'globalThis') continue
    defineProperty(globalThis, key, { writable: false, configurable: false })
  }
  return (next) => {
    current = next
  }
}
