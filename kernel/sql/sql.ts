// SQL as a value. A bare string cannot become SQL: identifiers, parameters and trusted text are made by different
// functions, and the template takes nothing else.

import { RelataError } from '../../sdk/errors.ts'

const brand: unique symbol = Symbol('sql')

type Piece = string | Slot
/** A parameter: its value, or the number of a value that each request brings. */
export interface Slot {
  readonly slot: ParamSource
}
/** `value` is fixed in the statement's shape; `input` is the name under which the request supplies it. */
export type ParamSource = { value: string | null } | { input: string }

export interface Sql {
  readonly [brand]: true
  readonly pieces: readonly Piece[]
}

const make = (pieces: readonly Piece[]): Sql => ({ [brand]: true, pieces })

/** Template whose holes are Sql only. */
export function sql(strings: TemplateStringsArray, ...values: readonly Sql[]): Sql {
  const pieces: Piece[] = []
  strings.forEach((text, index) => {
    if (text) pieces.push(text)
    const value = values[index]
    if (value) pieces.push(...value.pieces)
  })
  return make(pieces)
}

/** A name of the database, quoted. */
export function ident(...path: readonly string[]): Sql {
  return make([path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')])
}

/** Text written in this repository: keywords, operators, type names. Never anything from outside. */
export function trusted(text: string): Sql {
  return make([text])
}

/** A parameter with its type, so that PostgreSQL never has to guess. */
export function param(value: string | null, type: string): Sql {
  return make([{ slot: { value } }, `::${type}`])
}

/** A parameter that every request brings anew under this name. */
export function input(name: string, type: string): Sql {
  return make([{ slot: { input: name } }, `::${type}`])
}

/** A text constant inside the statement, quoted; for JSON keys and the like that belong to the shape. */
export function literal(text: string): Sql {
  return make([
    text.includes('\\')
      ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
      : `'${text.replaceAll("'", "''")}'`,
  ])
}

export function join(parts: readonly Sql[], separator: string): Sql {
  return make(parts.flatMap((part, index) => (index === 0 ? part.pieces : [separator, ...part.pieces])))
}

export const empty: Sql = make([])

export interface Statement {
  text: string
  /** One for each `$n`, in order. */
  params: readonly ParamSource[]
}

/** Number the parameters; equal sources share a number. */
export function toStatement(query: Sql): Statement {
  const params: ParamSource[] = []
  const numbers = new Map<string, number>()
  let text = ''
  for (const piece of query.pieces) {
    if (typeof piece === 'string') {
      text += piece
      continue
    }
    const key =
      'input' in piece.slot ? `i${piece.slot.input}` : `v${piece.slot.value === null ? 'n' : `s${piece.slot.value}`}`
    let number = numbers.get(key)
    if (number === undefined) {
      params.push(piece.slot)
      number = params.length
      numbers.set(key, number)
    }
    text += `$${number}`
  }
  return { text, params }
}

/**
 * The values for a run of the statement. What is not given is null; but not who asks, since a right that compares with
 * nobody could be wider than meant.
 * @throws RL500 a value of the actor is missing
 */
export function bind(statement: Statement, inputs: Readonly<Record<string, string | null>>): (string | null)[] {
  return statement.params.map((source) => {
    if ('value' in source) return source.value
    const value = inputs[source.input]
    if (value === undefined && /^(env|acl):/.test(source.input))
      throw new RelataError('RL500', `The statement is not told “${source.input}”.`)
    return value ?? null
  })
}
