// Operators that make a value: numbers, money, dates, texts.
import { DAY_MS, compileMoment, dateText, instantText } from './moments.ts'
import type { Operation, Operators } from './expressions.ts'
import { asText, lookUp, type Make } from './scene.ts'
import { compileTemplate, fillPattern } from './templates.ts'

export const makers: Operators = {
  /** {"$int":[1,9],"skew":2}: skew above 1 prefers small numbers */
  $int: (operation) => {
    const [min, max, skew] = range(operation)
    return ({ random }) => Math.floor(min + (max - min + 1) * random.next() ** skew)
  },
  /** {"$number":[0,10],"digits":1} */
  $number: (operation) => {
    const [min, max, skew] = range(operation)
    const digits = digitsOf(operation, 2)
    return ({ random }) => Number((min + (max - min) * random.next() ** skew).toFixed(digits))
  },
  /** {"$decimal":[0,100],"digits":2}: as text, as decimals travel */
  $decimal: (operation) => {
    const [min, max, skew] = range(operation)
    const digits = digitsOf(operation, 2)
    return ({ random }) => (min + (max - min) * random.next() ** skew).toFixed(digits)
  },
  /** {"$money":[100,5000],"skew":3,"round":10}: dollars, turned into the country's currency and its level of prices */
  $money: (operation) => {
    const [min, max, skew] = range(operation)
    const round = typeof operation.options['round'] === 'number' ? operation.options['round'] : 0
    return ({ random, country }) => {
      const raw = (min + (max - min) * random.next() ** skew) * country.price_level
      const step = round * (country.price_level > 20 ? 100 : 1)
      const amount = step > 0 ? Math.max(step, Math.round(raw / step) * step) : raw
      return { amount: amount.toFixed(country.currency_digits), currency: country.currency }
    }
  },
  /** {"$multiply":["$quantity"…],"digits":2}: of numbers and decimals; empty when a factor is */
  $multiply: (operation) => arithmetic(operation, (a, b) => a * b),
  $add: (operation) => arithmetic(operation, (a, b) => a + b),
  /** {"$amount":expression,"currency":expression}: money of a computed amount */
  $amount: (operation) => {
    const amount = operation.compile(operation.argument)
    const currency = operation.compile(operation.options['currency'] ?? { $country: 'currency' })
    return (scene) => {
      const [value, unit] = [amount(scene), currency(scene)]
      if (value === null || unit === null) return null
      const digits = unit === scene.country.currency ? scene.country.currency_digits : 2
      return { amount: Number(value).toFixed(digits), currency: unit }
    }
  },
  /** {"$date":["-3y","now"],"before":"now"}: empty when an end is, or when it is not before that */
  $date: (operation) => moment(operation, (at) => dateText(at)),
  /** {"$date_time":["-1y","now"],"hours":[8,18],"zoned":true}; "exact" keeps the time of day of the ends */
  $date_time: (operation) => {
    const hours = operation.options['hours']
    const [from, to] = Array.isArray(hours) ? hours.map(Number) : [0, 24]
    const isZoned = operation.options['zoned'] === true
    const isExact = operation.options['exact'] === true
    return moment(operation, (at, scene) => {
      const minutes = Math.floor(((from ?? 0) + ((to ?? 24) - (from ?? 0)) * scene.random.next()) * 12) * 5
      const text = instantText(isExact ? at : Math.floor(at / DAY_MS) * DAY_MS + minutes * 60_000)
      return isZoned ? { at: text, zone: scene.country.zone } : text
    })
  },
  /** {"$year":-1}: the year of now, or some before */
  $year: ({ argument }) => {
    const offset = Number(argument)
    return ({ world }) => new Date(world.nowMs).getUTCFullYear() + offset
  },
  /** {"$month":-3}: the first day of a month, counted from the month of now */
  $month: ({ argument, compile }) => {
    const offset = compile(argument)
    return (scene) => {
      const now = new Date(scene.world.nowMs)
      return dateText(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + Number(offset(scene)), 1))
    }
  },
  /** {"$text":"{list:street} {int:1-90}"}; empty text is nothing */
  $text: ({ argument, fail }) => {
    const template = compileTemplate(String(argument), fail)
    return (scene) => template(scene) || null
  },
  /** {"$pattern":"AB-####"}: # a digit, @ a letter; gaps as in $text, or an expression that gives the pattern */
  $pattern: ({ argument, compile, fail }) => {
    if (typeof argument === 'string') {
      const template = compileTemplate(argument, fail)
      return (scene) => fillPattern(template(scene), scene) || null
    }
    const make = compile(argument)
    const known = new Map<string, ReturnType<typeof compileTemplate>>()
    return (scene) => {
      const pattern = asText(make(scene))
      let template = known.get(pattern)
      if (!template) known.set(pattern, (template = compileTemplate(pattern, fail)))
      return fillPattern(template(scene), scene) || null
    }
  },
  /** {"$get":"place.address.city"} */
  $get: ({ argument }) => {
    const steps = String(argument).split('.')
    return (scene) => lookUp(scene, steps)
  },
  /** {"$country":"currency"}: a member of the country file */
  $country: ({ argument, fail }) => {
    const name = String(argument)
    const members: Readonly<Record<string, Make>> = {
      code: ({ country }) => country.code,
      currency: ({ country }) => country.currency,
      zone: ({ country }) => country.zone,
      language: ({ country }) => country.language,
      name_order: ({ country }) => country.name_order,
      mobile: ({ country }) => country.mobile,
      landline: ({ country }) => country.landline,
    }
    return members[name] ?? fail(`a country has no “${name}”`)
  },
}

function range({ argument, options, fail }: Operation): [number, number, number] {
  const [min, max] = Array.isArray(argument) ? argument : []
  if (typeof min !== 'number' || typeof max !== 'number') return fail('needs two numbers')
  return [min, max, typeof options['skew'] === 'number' ? options['skew'] : 1]
}

function digitsOf({ options }: Operation, otherwise: number): number {
  return typeof options['digits'] === 'number' ? options['digits'] : otherwise
}

function arithmetic(operation: Operation, combine: (a: number, b: number) => number): Make {
  const parts = Array.isArray(operation.argument)
    ? operation.argument.map((part: unknown) => operation.compile(part))
    : []
  const digits = operation.options['digits']
  return (scene) => {
    const values = parts.map((make) => make(scene))
    if (values.length === 0 || values.includes(null)) return null
    const result = values.map(Number).reduce(combine)
    return typeof digits === 'number' ? result.toFixed(digits) : result
  }
}

function moment(operation: Operation, format: (atMs: number, scene: Parameters<Make>[0]) => ReturnType<Make>): Make {
  const { argument, options, fail } = operation
  const [from, to] = (Array.isArray(argument) ? argument : [argument, argument]).map((end: unknown) =>
    compileMoment(end, fail),
  )
  if (!from || !to) return fail('needs one or two points in time')
  const before = options['before'] === undefined ? undefined : compileMoment(options['before'], fail)
  const skew = typeof options['skew'] === 'number' ? options['skew'] : 1
  return (scene) => {
    const [start, end] = [from(scene), to(scene)]
    if (start === undefined || end === undefined) return null
    const at = start + (end - start) * scene.random.next() ** skew
    const limit = before?.(scene)
    return limit !== undefined && at > limit ? null : format(at, scene)
  }
}
