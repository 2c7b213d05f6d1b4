// From the JSON of a recipe to functions that make values. Compiled once, run for every row.
import { RelataError } from '../../sdk/errors.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import { makers } from './makers.ts'
import { pickers } from './pickers.ts'
import { isPlain } from './recipe.ts'
import { asWireValue, type Make } from './scene.ts'

/** What an operator gets: its argument, the members beside it, and the way to compile what is inside. */
export interface Operation {
  argument: unknown
  options: Readonly<Record<string, unknown>>
  compile(expression: unknown): Make
  /** Fails with the recipe's place in the message. */
  fail(message: string): never
}
export type Operators = Readonly<Record<string, (operation: Operation) => Make>>

const OPERATORS: Operators = { ...makers, ...pickers }

export class Compiler {
  private readonly macros: Readonly<Record<string, unknown>>
  private readonly compiled = new Map<string, Make>()

  constructor(macros: Readonly<Record<string, unknown>>) {
    this.macros = macros
  }

  /** @param place for messages: entity and field */
  compile(expression: unknown, place: string): Make {
    if (Array.isArray(expression)) {
      const items = expression.map((item: unknown) => this.compile(item, place))
      return (scene) => items.map((make) => make(scene))
    }
    if (!isPlain(expression)) {
      const value = asWireValue(expression)
      return () => value
    }
    const [name = ''] = Object.keys(expression)
    if (name.startsWith('$')) return this.operation(name, expression, place)
    const members = Object.entries(expression).map(([key, item]) => [key, this.compile(item, place)] as const)
    return (scene) => Object.fromEntries(members.map(([key, make]) => [key, make(scene)]))
  }

  private operation(name: string, expression: Record<string, unknown>, place: string): Make {
    const { [name]: argument, ...options } = expression
    const fail = (message: string): never => {
      throw new RelataError('RL500', `Demo recipe, ${place}: ${message}`)
    }
    if (name === '$use') return this.macro(String(argument), place, fail)
    const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined
    if (!operator) {
      const near = nearest(name, Object.keys(OPERATORS))
      return fail(`there is no operator ${name}${near ? `; did you mean ${near}?` : ''}`)
    }
    return operator({ argument, options, compile: (inner) => this.compile(inner, `${place} ${name}`), fail })
  }

  private macro(name: string, place: string, fail: (message: string) => never): Make {
    const known = this.compiled.get(name)
    if (known) return known
    if (!Object.hasOwn(this.macros, name)) return fail(`there is no macro ${name}`)
    const make = this.compile(this.macros[name], `${place} macro ${name}`)
    this.compiled.set(name, make)
    return make
  }
}
