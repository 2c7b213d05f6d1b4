// Texts as closures.
import { amountText } from './amounts.ts'
import { type Closure, nothing } from './closures.ts'
import { digitsOf, plain } from './decimals.ts'
import { folded, raised } from './fold.ts'
import type { CallNode, RuleNode } from './nodes.ts'
import { isAmount } from './orders.ts'
import type { RuleKind, RuleValue } from './types.ts'
import { fixedValue } from './values.ts'

export function compileText<T>({ operator, args: nodes }: CallNode, args: readonly Closure<T>[]): Closure<T> {
  const [a = nothing] = args
  switch (operator) {
    case 'cat':
      return chain(nodes, args)
    case 'join':
      return joined(a, args.slice(1))
    case 'lower':
      return onText(a, folded)
    case 'upper':
      return onText(a, raised)
    case 'trim':
      return onText(a, (text) => text.trim())
    case 'length':
      return onText(a, lengthOf)
    case 'to_text':
      return asText(a, nodes[0]?.type.kind ?? 'null')
    default:
      return nothing
  }
}

/** Each operand with the constants after it. */
function chain<T>(nodes: readonly RuleNode[], args: readonly Closure<T>[]): Closure<T> {
  let before = ''
  const links: { read: Closure<T>; after: string }[] = []
  for (const [index, read] of args.entries()) {
    const fixed = fixedValue(nodes[index])
    const last = links.at(-1)
    if (fixed === undefined) links.push({ read, after: '' })
    else if (last) last.after += textOf(fixed)
    else before += textOf(fixed)
  }
  return (record, environment) => {
    let text = before
    for (const { read, after } of links) {
      const value = read(record, environment)
      text += typeof value === 'string' ? value : textOf(value)
      if (after !== '') text += after
    }
    return text
  }
}

const textOf = (value: RuleValue): string => (value === null ? '' : String(value))

const onText =
  <T>(text: Closure<T>, change: (text: string) => RuleValue): Closure<T> =>
  (record, environment) => {
    const value = text(record, environment)
    return typeof value === 'string' ? change(value) : null
  }

/** In code points, as PostgreSQL counts. */
function lengthOf(text: string): number {
  let count = text.length
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit <= 0xdbff) count--
  }
  return count
}

function joined<T>(separator: Closure<T>, items: readonly Closure<T>[]): Closure<T> {
  return (record, environment) => {
    const between = separator(record, environment)
    if (between === null) return null
    let text = ''
    let isFirst = true
    for (const item of items) {
      const value = item(record, environment)
      if (value === null || value === '') continue
      text += isFirst ? String(value) : `${String(between)}${String(value)}`
      isFirst = false
    }
    return text
  }
}

function asText<T>(value: Closure<T>, kind: RuleKind): Closure<T> {
  const tell = kind === 'number' ? numberText : kind === 'decimal' ? decimalText : String
  return (record, environment) => {
    const found = value(record, environment)
    return found === null ? null : tell(found)
  }
}

/** Whole numbers of so many digits are told without an exponent. */
const LONG = 1e15
const numberText = (value: RuleValue): string =>
  Number.isInteger(value) && Math.abs(Number(value)) < LONG ? String(value) : plain(digitsOf(Number(value)))
const decimalText = (value: RuleValue): string => (isAmount(value) ? amountText(value) : '')
