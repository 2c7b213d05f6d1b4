// Runs rules in both engines over one record, in PostgreSQL three times: with constants as literals, with constants as
// inputs, and as a condition that picks the row.
import { environmentInputs } from '../../kernel/rules/environment.ts'
import { type ColumnOf, predicateSql, type RelatedOf, valueSql } from '../../kernel/rules/sql.ts'
import { bind, ident, input, join, type Sql, sql, toStatement, trusted } from '../../kernel/sql/sql.ts'
import type { Queryable } from '../../kernel/run/database.ts'
import {
  type CheckedRule,
  checkRule,
  compileRule,
  constantToText,
  type ReadPath,
  type RuleEnvironment,
  type RuleKind,
  type RuleScope,
  type RuleType,
  type RuleValue,
} from '../../sdk/rules/index.ts'

/** Values before a change stand under `before:name`, related records under `kids`. */
export type Row = Readonly<Record<string, RuleValue>>
export const before = (name: string): string => `before:${name}`

export const ENVIRONMENT: RuleEnvironment = {
  now: '2026-10-25T00:30:00.250000Z',
  timeZone: 'Europe/Berlin',
  me: '00000000-0000-7000-8000-00000000000a',
  teams: ['00000000-0000-7000-8000-00000000000b'],
  teamsBelow: ['00000000-0000-7000-8000-00000000000b', 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
  organisation: null,
}

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

/** What is known of related records. */
export const KID_FIELDS: Readonly<Record<string, RuleType>> = {
  flag: { kind: 'boolean' },
  size: { kind: 'number' },
  price: { kind: 'decimal' },
  name: { kind: 'text' },
  born: { kind: 'date' },
  seen: { kind: 'instant' },
}
export const KIDS = 'test.kid.parent'

const kidScope: RuleScope = {
  typeOf: (path) => (Object.hasOwn(KID_FIELDS, path) ? KID_FIELDS[path] : undefined),
  paths: () => Object.keys(KID_FIELDS),
}

export const ruleScope: RuleScope = {
  typeOf: (path) => (Object.hasOwn(FIELDS, path) ? FIELDS[path] : undefined),
  paths: () => Object.keys(FIELDS),
  hasBefore: true,
  relation: (name) => (name === KIDS ? { scope: kidScope } : undefined),
  relations: () => [KIDS],
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
export function closureValue(rule: unknown, row: Row, environment: RuleEnvironment = ENVIRONMENT): RuleValue {
  return compileRule<Row>(checkedOrThrow(rule), read, () => ({ of: kidsOf, read }))(row, environment)
}

const read: ReadPath<Row> = (path, moment) => (of) => of[moment === 'before' ? before(path) : path] ?? null

function kidsOf(row: Row): readonly Row[] {
  const kids = row['kids'] ?? []
  return Array.isArray(kids) ? (kids as readonly RuleValue[]).filter(isRow) : []
}

const isRow = (value: RuleValue): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)

function checkedOrThrow(rule: unknown): CheckedRule {
  const result = checkRule(rule, ruleScope)
  if (result.ok) return result.rule
  throw new Error(`${JSON.stringify(rule).slice(0, 500)} ${JSON.stringify(result.problems.slice(0, 5))}`)
}

/** Rules whose answers differ. All are asked in one statement. */
export async function disagreements(
  database: Queryable,
  row: Row,
  rules: readonly unknown[],
  environment: RuleEnvironment = ENVIRONMENT,
): Promise<Disagreement[]> {
  const checked = rules.map(checkedOrThrow)
  const found = await ask(database, row, checked, environment)
  return rules.flatMap((rule, index) => {
    const { type } = checked[index] ?? { type: { kind: 'null' as const } }
    const closure = closureValue(rule, row, environment)
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

async function ask(
  database: Queryable,
  row: Row,
  rules: readonly CheckedRule[],
  environment: RuleEnvironment,
): Promise<Raw[][]> {
  const inputs: Record<string, Raw> = { ...environmentInputs(environment), kids: JSON.stringify(kidsOf(row)) }
  const columns = Object.entries(FIELDS).flatMap(([name, type]) =>
    [name, before(name)].map((column) => {
      inputs[column] = stored(row[column] ?? null, type)
      return sql`${input(column, sqlTypeOf(type))} AS ${ident(column)}`
    }),
  )
  const read: ColumnOf = (path, moment) => ident('r', moment === 'before' ? before(path) : path)
  const parts = rules.map((rule, at) => {
    const constants = (index: number, type: RuleType): Sql => {
      const name = `c${at}_${index}`
      inputs[name] = toText(rule.constants[index]?.value ?? null, type)
      return input(name, sqlTypeOf(type))
    }
    const isPicked =
      rule.type.kind === 'boolean' && !rule.type.isList
        ? sql`(SELECT count(*) = 1 FROM (SELECT 1) AS one WHERE ${predicateSql(rule, read, constants, relatedOf)})`
        : trusted('NULL::boolean')
    const values = [valueSql(rule, read, undefined, relatedOf), valueSql(rule, read, constants, relatedOf)].map(
      (value) => shown(value, rule.type),
    )
    return join([...values, isPicked], ', ')
  })
  const source = sql`(SELECT ${join(columns, ', ')}) AS r`
  const statement = toStatement(sql`SELECT ${join(parts, ', ')} FROM ${source}`)
  const [answer = []] = await database.query(statement.text, bind(statement, inputs), { isPlannedWithValues: true })
  return rules.map((_, index) => answer.slice(index * 3, index * 3 + 3))
}

const relatedOf: RelatedOf = () => ({
  columns: (path) => ident('k', path),
  relatedOf: () => {
    throw new Error('kids have no kids')
  },
  source: () => {
    const columns = Object.entries(KID_FIELDS).map(([name, type]) => sql`${ident(name)} ${trusted(sqlTypeOf(type))}`)
    return sql`FROM jsonb_to_recordset(${input('kids', 'jsonb')}) AS k(${join(columns, ', ')}) WHERE TRUE`
  },
})

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
