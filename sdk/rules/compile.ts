// Rules as closures: no source text is made, so the browser's content security policy stays strict. What each operator
// means is in docs/rule-semantics.md; kernel/rules/ says the same to PostgreSQL.
import { amountText, amountToNumber } from './amounts.ts'
import { type Closure, type Compiler, nothing, type ReadPath, type RelatedReaders, type Test } from './closures.ts'
import { compileArithmetic } from './compile-arithmetic.ts'
import { compileRelated, withNone } from './compile-related.ts'
import { compileTest } from './compile-tests.ts'
import { compileText } from './compile-texts.ts'
import { compileTime } from './compile-times.ts'
import type { CallNode, CheckedRule, EnvironmentName, RuleNode } from './nodes.ts'
import { isAmount, type Order, orderOf } from './orders.ts'
import type { Moment, RuleEnvironment, RuleType, RuleValue } from './types.ts'
import { decimalOf, fixedValue, instantOf, normalised } from './values.ts'

/**
 * @param related for rules whose `engines` are only the database; without it they find no related records
 * @returns decimals as text
 */
export function compileRule<T>(rule: CheckedRule, read: ReadPath<T>, related?: RelatedReaders<T>): Closure<T> {
  const root = compilerOf(read, related).value(rule.root)
  if (rule.type.kind !== 'decimal' || rule.type.isList) return root
  return (record, environment) => {
    const value = root(record, environment)
    return isAmount(value) ? amountText(value) : null
  }
}

function compilerOf<T>(read: ReadPath<T>, related: RelatedReaders<T> | undefined): Compiler<T> {
  const known = new Map<string, Closure<T>>()
  /** Each path once. */
  const variable = (path: string, moment: Moment, type: RuleType): Closure<T> => {
    const key = `${moment} ${type.kind} ${path}`
    const closure = known.get(key) ?? normalised(type, read(path, moment))
    known.set(key, closure)
    return closure
  }
  const compiler: Compiler<T> = {
    value: (node) => compileNode(compiler, node, variable, related),
    test: (node) => testOf(compiler, node),
    values: (node) => node.args.map((arg) => compiler.value(arg)),
  }
  return compiler
}

function compileNode<T>(
  compiler: Compiler<T>,
  node: RuleNode,
  variable: (path: string, moment: Moment, type: RuleType) => Closure<T>,
  related: RelatedReaders<T> | undefined,
): Closure<T> {
  switch (node.kind) {
    case 'literal':
    case 'constant': {
      const value = fixedValue(node) ?? null
      return () => value
    }
    case 'var':
      return variable(node.path, node.moment, node.type)
    case 'environment': {
      const ask = ENVIRONMENT[node.name]
      return (_record, environment) => (environment ? ask(environment) : null)
    }
    case 'related': {
      const reader = related?.(node.relation)
      return reader ? compileRelated(node, reader, compilerOf(reader.read, reader.related)) : withNone(node)
    }
    case 'call': {
      const [only] = node.args
      // A field is read as a decimal at once.
      if (node.operator === 'to_decimal' && only?.kind === 'var') return variable(only.path, only.moment, node.type)
      return compileCall(compiler, node)
    }
  }
}

const ENVIRONMENT: Readonly<Record<EnvironmentName, (environment: RuleEnvironment) => RuleValue>> = {
  now: ({ now }) => instantOf(now),
  me: ({ me }) => me,
  my_teams: ({ teams }) => teams,
  my_teams_below: ({ teamsBelow }) => teamsBelow,
  my_organisation: ({ organisation }) => organisation,
}

/** What is not true is false. */
function testOf<T>(compiler: Compiler<T>, node: RuleNode): Test<T> {
  const test = node.kind === 'call' ? compileTest(compiler, node) : undefined
  if (test) return test
  const value = compiler.value(node)
  return (record, environment) => value(record, environment) === true
}

function compileCall<T>(compiler: Compiler<T>, node: CallNode): Closure<T> {
  const test = compileTest(compiler, node)
  if (test) return test
  if (node.operator === 'if') return choice(compiler, node)
  const args = compiler.values(node)
  const [a = nothing] = args
  switch (node.operator) {
    case 'min':
      return extreme(args, orderOf(node.type.kind), -1)
    case 'max':
      return extreme(args, orderOf(node.type.kind), 1)
    case 'size':
      return (record, environment) => {
        const list = a(record, environment)
        return Array.isArray(list) ? list.length : null
      }
    case 'to_decimal':
      return (record, environment) => decimalOf(a(record, environment))
    case 'to_number':
      return (record, environment) => {
        const value = a(record, environment)
        return isAmount(value) ? amountToNumber(value) : null
      }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return compileArithmetic(node, node.operator, args)
    default:
      return compileTime(node, args) ?? compileText(node, args)
  }
}

/** Condition, value, condition, value … and perhaps what else. */
function choice<T>(compiler: Compiler<T>, { args }: CallNode): Closure<T> {
  const last = args.length % 2 === 1 ? args.at(-1) : undefined
  let rest = last ? compiler.value(last) : nothing
  for (let index = args.length - (last ? 3 : 2); index >= 0; index -= 2) {
    const [when, then] = [args[index], args[index + 1]]
    if (when && then) rest = either(compiler.test(when), compiler.value(then), rest)
  }
  return rest
}

const either =
  <T>(test: Test<T>, then: Closure<T>, otherwise: Closure<T>): Closure<T> =>
  (record, environment) =>
    test(record, environment) ? then(record, environment) : otherwise(record, environment)

function extreme<T>(args: readonly Closure<T>[], order: Order, sign: number): Closure<T> {
  return (record, environment) => {
    let best: RuleValue = null
    for (const arg of args) {
      const value = arg(record, environment)
      if (value !== null && (best === null || order(value, best) * sign > 0)) best = value
    }
    return best
  }
}
