// Runs rules in both engines over one record, in PostgreSQL three times: with constants as literals, with constants as
// inputs, and as a condition that picks the row.
import { predicateSql, valueSql } from '../../kernel/rules/sql.ts'
import { bind, ident, input, join, type Sql, sql, toStatement, trusted } from '../../kernel/sql/sql.ts'
import type { Queryable } from '../../kernel/run/database.ts'
import {
  type CheckedRule,
  checkRule,
  compileRule,
  constantToText,
  type RuleKind,
  type RuleScope,
  type RuleType,
  type RuleValue,
} from '../../sdk/rules/index.ts'

export type Row = Readonly<Record<string, RuleValue>>

export const FIELDS: Readonly<Record<string, RuleType>> = {
  flag: { kind: 'boolean' },
  size: { kind: 'number' },
  width: { kind: 'number' },
  price: { kind: 'decimal' },
  rate: { kind: 'decimal' },
  name: { kind: 'text' },
  city: { kind: 'text' },
  born: { kind: 'date' },
  died: { kind: 'date' },
  seen: { kind: 'instant' },
  left: { kind: 'instant' },
  owner: { kind: 'id' },
  maker: { kind: 'id' },
  tags: { kind: 'text', isList: true },
}

export const ruleScope: RuleScope = {
  typeOf: (path) => (Object.hasOwn(FIELDS, path) ? FIELDS[path] : undefined),
  paths: () => Object.keys(FIELDS),
}

const SQL_TYPES: Readonly<Record<RuleKind, string>> = {
  boolean: 'boolean',
  number: 'float8',
  decimal: 'numeric',
  text: 'text',
  date: 'date',
  instant: 'timestamptz',
  id: 'uuid',
  json: 'jsonb',
  null: 'text',
}
const sqlTypeOf = (type: RuleType): string => (type.isList ? 'text[]' : SQL_TYPES[type.kind])

/** What each way of asking said; values as the closures have them. */
export interface Disagreement {
  rule: unknown
  closure: RuleValue
  literals: RuleValue
  inputs: RuleValue
  /** Of booleans: was the row picked? */
  isPicked: boolean | undefined
}

/** The value that the closure gives. @throws when the check refuses the rule */
export function closureValue(rule: unknown, row: Row): RuleValue {
  return compileRule<Row>(checkedOrThrow(rule), (path) => (of) => of[path] ?? null)(row)
}

function checkedOrThrow(rule: unknown): CheckedRule {
  const result = checkRule(rule, ruleScope)
  if (result.ok) return result.rule
  throw new Error(`${JSON.stringify(rule).slice(0, 500)} ${JSON.stringify(result.problems.slice(0, 5))}`)
}

/** Rules whose answers differ. All are asked in one statement. */
export async function disagreements(database: Queryable, row: Row, rules: readonly unknown[]): Promise<Disagreement[]> {
  const checked = rules.map(checkedOrThrow)
  const found = await ask(database, row, checked)
  return rules.flatMap((rule, index) => {
    const { type } = checked[index] ?? { type: { kind: 'null' as const } }
    const closure = closureValue(rule, row)
    const [literals = null, inputs = null, picked] = found[index] ?? []
    const one: Disagreement = {
      rule,
      closure,
      literals: fromSql(literals, type),
      inputs: fromSql(inputs, type),
      isPicked: type.kind === 'boolean' ? picked === 't' : undefined,
    }
    const isSame =
      Object.is(one.literals, closure) &&
      Object.is(one.inputs, closure) &&
      (one.isPicked === undefined || one.isPicked === (closure === true))
    return isSame ? [] : [one]
  })
}

type Raw = string | null

async function ask(database: Queryable, row: Row, rules: readonly CheckedRule[]): Promise<Raw[][]> {
  const inputs: Record<string, Raw> = {}
  const columns = Object.entries(FIELDS).map(([name, type]) => {
    inputs[name] = stored(row[name] ?? null, type)
    return sql`${input(name, sqlTypeOf(type))} AS ${ident(name)}`
  })
  const read = (path: string): Sql => ident('r', path)
  const parts = rules.map((rule, at) => {
    const constants = (index: number, type: RuleType): Sql => {
      const name = `c${at}_${index}`
      inputs[name] = toText(rule.constants[index]?.value ?? null, type)
      return input(name, sqlTypeOf(type))
    }
    const isPicked =
      rule.type.kind === 'boolean' && !rule.type.isList
        ? sql`(SELECT count(*) = 1 FROM (SELECT 1) AS one WHERE ${predicateSql(rule, read, constants)})`
        : trusted('NULL::boolean')
    const values = [valueSql(rule, read), valueSql(rule, read, constants)].map((value) => shown(value, rule.type))
    return join([...values, isPicked], ', ')
  })
  const source = sql`(SELECT ${join(columns, ', ')}) AS r`
  const statement = toStatement(sql`SELECT ${join(parts, ', ')} FROM ${source}`)
  const [answer = []] = await database.query(statement.text, bind(statement, inputs), { isPlannedWithValues: true })
  return rules.map((_, index) => answer.slice(index * 3, index * 3 + 3))
}

/** Unlike a constant, what a column holds stays as it is: its letters need not be composed. */
function stored(value: RuleValue, type: RuleType): Raw {
  if (type.kind !== 'text' || value === null) return toText(value, type)
  if (!Array.isArray(value)) return String(value)
  return `{${value.map((item) => `"${String(item).replace(/[\\"]/g, '\\$&')}"`).join(',')}}`
}

function toText(value: RuleValue, type: RuleType): Raw {
  const text = constantToText(value, type)
  if (!text.ok) throw new Error(text.message)
  return text.text
}

function shown(value: Sql, { kind }: RuleType): Sql {
  if (kind === 'instant') return sql`to_char((${value}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  return sql`(${value})::text`
}

function fromSql(text: Raw, { kind, isList }: RuleType): RuleValue {
  if (text === null || isList) return text
  if (kind === 'number') return Number(text)
  return kind === 'boolean' ? text === 'true' : text
}
