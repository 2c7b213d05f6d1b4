// Checked rules as SQL, with the answers that the closures of sdk/rules give (docs/rule-semantics.md). A condition is
// written in one of two ways: loosely, where NULL may stand for false, so that `col = $1` stays what an index serves;
// strictly, where somebody looks at the false ones too.
import { RelataError } from '../../sdk/errors.ts'
import { isGiven } from '../../sdk/rules/given.ts'
import type { CallNode, CheckedRule, EnvironmentName, RelatedNode, RuleNode } from '../../sdk/rules/nodes.ts'
import { sqlPattern } from '../../sdk/rules/patterns.ts'
import type { Moment, RuleType } from '../../sdk/rules/types.ts'
import { sqlTypeOf } from '../plan/paths.ts'
import { join, literal, type Sql, sql, trusted } from '../sql/sql.ts'
import { ENVIRONMENT } from './environment.ts'
import { difference, endOf, partOf, shifted, startOf, within, dateOf } from './times-sql.ts'
import { asText, folded, raised, trimmed } from './texts-sql.ts'

/** What a path is in the statement; `before`: as the record was before the change at hand. */
export type ColumnOf = (path: string, moment: Moment) => Sql
/** How a constant enters the statement; without it constants are literals. */
export type ConstantOf = (index: number, type: RuleType) => Sql

/** Records that lead to the row of a rule, as a query of its own. */
export interface RelatedRows {
  columns: ColumnOf
  relatedOf: RelatedOf
  /** `FROM … WHERE …` that yields them, those in the trash left out; asked when all columns have been. */
  source(): Sql
}
export type RelatedOf = (relation: string) => RelatedRows

/** The rule's value; NULL where it is null. */
export function valueSql(rule: CheckedRule, columns: ColumnOf, constants?: ConstantOf, relatedOf?: RelatedOf): Sql {
  return new Writer(columns, constants, relatedOf).value(rule.root)
}

/** A condition that is TRUE exactly where the rule yields true; NULL counts as not true. */
export function predicateSql(rule: CheckedRule, columns: ColumnOf, constants?: ConstantOf, relatedOf?: RelatedOf): Sql {
  return new Writer(columns, constants, relatedOf).loose(rule.root)
}

type Call = CallNode

class Writer {
  private readonly columns: ColumnOf
  private readonly constants: ConstantOf | undefined
  private readonly relatedOf: RelatedOf | undefined

  constructor(columns: ColumnOf, constants: ConstantOf | undefined, relatedOf: RelatedOf | undefined) {
    this.columns = columns
    this.constants = constants
    this.relatedOf = relatedOf
  }

  /** TRUE where the node is true; anything else otherwise. */
  loose(node: RuleNode): Sql {
    if (node.kind === 'literal') return trusted(node.value === true ? 'TRUE' : 'FALSE')
    if (node.kind !== 'call') return this.raw(node)
    switch (node.operator) {
      case 'and':
      case 'or':
        return sql`(${join(
          node.args.map((arg) => this.loose(arg)),
          node.operator === 'and' ? ' AND ' : ' OR ',
        )})`
      case '!':
        return this.negated(node.args[0])
      case '!!':
        return node.args[0] ? this.loose(node.args[0]) : trusted('FALSE')
      case '==':
      case '!=':
        return this.equality(node)
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.order(node)
      case 'in':
        return this.membership(node)
      case 'contains':
        return sql`(strpos(${this.folded(node.args[0])}, ${this.folded(node.args[1])}) > 0)`
      case 'starts_with':
        return sql`starts_with(${this.folded(node.args[0])}, ${this.folded(node.args[1])})`
      case 'ends_with':
        return sql`starts_with(reverse(${this.folded(node.args[0])}), reverse(${this.folded(node.args[1])}))`
      case 'matches':
        return sql`((${this.rawOf(node.args[0])}) COLLATE "C" ~ ${patternOf(node.word)})`
      case 'contains_any':
        return sql`(${this.list(node.args[0])} && ${this.list(node.args[1])})`
      case 'contains_all':
        return sql`(${this.list(node.args[0])} @> ${this.list(node.args[1])})`
      case 'changed':
        return sql`(${this.rawOf(node.args[0])} IS DISTINCT FROM ${this.rawOf(node.args[1])})`
      default:
        return this.raw(node)
    }
  }

  value(node: RuleNode): Sql {
    return node.type.kind === 'decimal' && !node.type.isList ? sql`trim_scale(${this.raw(node)})` : this.operand(node)
  }

  /** TRUE or FALSE, never NULL. */
  private strict(node: RuleNode): Sql {
    if (node.kind === 'literal') return this.loose(node)
    if (node.kind === 'call' && NEVER_NULL.has(node.operator) && isTest(node)) return this.loose(node)
    return sql`((${this.loose(node)}) IS TRUE)`
  }

  private negated(node: RuleNode | undefined): Sql {
    if (!node) return trusted('TRUE')
    return sql`(NOT ${this.strict(node)})`
  }

  private equality(node: Call): Sql {
    const [a, b] = node.args
    if (!a || !b) return trusted('FALSE')
    const isEqual = node.operator === '=='
    if (isNull(a) || isNull(b)) {
      const tested = isNull(a) ? b : a
      if (isNull(tested)) return trusted(isEqual ? 'TRUE' : 'FALSE')
      return sql`(${this.tested(tested)} IS ${trusted(isEqual ? 'NULL' : 'NOT NULL')})`
    }
    const [x, y] = [this.operand(a), this.operand(b)]
    if (isGiven(a) || isGiven(b)) return isEqual ? sql`(${x} = ${y})` : sql`((${x} = ${y}) IS NOT TRUE)`
    if (!isEqual) return sql`(${x} IS DISTINCT FROM ${y})`
    // A constant is never NULL, so a plain comparison says the same and an index can serve it.
    const isPlain = a.kind === 'constant' || b.kind === 'constant' || a.kind === 'literal' || b.kind === 'literal'
    return isPlain ? sql`(${x} = ${y})` : sql`(${x} IS NOT DISTINCT FROM ${y})`
  }

  /** For a test of emptiness booleans keep their NULL. */
  private tested(node: RuleNode): Sql {
    return node.kind === 'call' ? this.operand(node) : this.raw(node)
  }

  /** Booleans that fields hold may be empty; those that operators make are not. */
  private operand(node: RuleNode): Sql {
    const isMade = node.kind === 'call' && node.operator !== 'if' && node.type.kind === 'boolean'
    return isMade ? this.strict(node) : this.raw(node)
  }

  private order(node: Call): Sql {
    const isText = node.args.some((arg) => arg.type.kind === 'text')
    const items = node.args.map((arg) => (isText ? sql`(${this.raw(arg)}) COLLATE "C"` : this.raw(arg)))
    const pairs = items.slice(1).map((item, index) => sql`${items[index] ?? item} ${trusted(node.operator)} ${item}`)
    return sql`(${join(pairs, ' AND ')})`
  }

  private membership(node: Call): Sql {
    const [item, list] = node.args
    if (!item || !list) return trusted('FALSE')
    if (!list.type.isList) return sql`(strpos(${this.raw(list)}, ${this.raw(item)}) > 0)`
    return sql`(${this.raw(item)} = ANY(${this.list(list)}))`
  }

  /** Constant lists enter the statement as lists of texts. */
  private list(node: RuleNode | undefined): Sql {
    if (!node) return trusted('NULL')
    const isText = node.kind !== 'constant' || node.type.kind === 'text'
    return isText ? this.raw(node) : sql`(${this.raw(node)})::${trusted(typeName(node.type))}`
  }

  private folded(node: RuleNode | undefined): Sql {
    return folded(this.rawOf(node))
  }

  private rawOf(node: RuleNode | undefined): Sql {
    return node ? this.raw(node) : trusted('NULL')
  }

  /** The node's value, NULL where it is null. */
  private raw(node: RuleNode): Sql {
    switch (node.kind) {
      case 'literal':
        return node.value === null ? sql`NULL::${trusted(typeName(node.type))}` : trusted(node.value ? 'TRUE' : 'FALSE')
      case 'constant':
        return this.constants
          ? this.constants(node.index, node.type)
          : sql`${literal(node.text ?? '')}::${trusted(node.type.isList ? 'text[]' : sqlTypeOf(node.type))}`
      case 'var':
        return this.columns(node.path, node.moment)
      case 'environment':
        return GIVEN[node.name]
      case 'related':
        return this.related(node)
      case 'call':
        return this.call(node)
    }
  }

  private call(node: Call): Sql {
    // Operands are written once: what is nested would otherwise double at every level.
    if (node.operator === 'if') return this.choice(node)
    if (node.type.kind === 'boolean') return this.strict(node)
    const args = node.args.map((arg) => this.operand(arg))
    const [a = trusted('NULL'), b = trusted('NULL')] = args
    const isDate = node.args[0]?.type.kind === 'date'
    switch (node.operator) {
      case 'min':
      case 'max':
        return sql`${trusted(node.operator === 'min' ? 'LEAST' : 'GREATEST')}(${join(args, ', ')})`
      case 'cat':
        return sql`concat(${join(args, ', ')})`
      case 'join':
        return sql`concat_ws(${join([a, ...args.slice(1).map((arg) => sql`NULLIF(${arg}, '')`)], ', ')})`
      case 'to_decimal':
        return sql`round((${a})::text::numeric, 20)`
      case 'to_number':
        return sql`${within(a, '1.7976931348623158e308')}::float8`
      case 'to_text':
        return asText(a, node.args[0]?.type.kind ?? 'null')
      case 'lower':
        return folded(a)
      case 'upper':
        return raised(a)
      case 'trim':
        return trimmed(a)
      case 'length':
        return sql`char_length(${a})::float8`
      case 'size':
        return sql`cardinality(${a})::float8`
      case 'to_date':
        return dateOf(a)
      case 'add':
        return shifted(a, b, isDate, node.word, '+')
      case 'subtract':
        return shifted(a, b, isDate, node.word, '-')
      case 'difference':
        return difference(a, b, isDate, node.word)
      case 'start_of':
        return startOf(a, isDate, node.word)
      case 'end_of':
        return endOf(a, isDate, node.word)
      case 'year':
      case 'month':
      case 'day':
        return partOf(a, isDate, node.operator)
      case '+':
      case '*':
        return args.slice(1).reduce((sum, arg) => settled(sql`${sum} ${trusted(node.operator)} ${arg}`), a)
      case '-':
        return args.length === 1 ? settled(sql`0 - ${a}`) : settled(sql`${a} - ${b}`)
      case '/':
        return settled(sql`div(${a} * 1e20, NULLIF(${b}, 0)) * 0.00000000000000000001`)
      case '%':
        return settled(sql`${a} % NULLIF(${b}, 0)`)
      default:
        return this.strict(node)
    }
  }

  private related({ operator, relation, value, condition }: RelatedNode): Sql {
    if (!this.relatedOf)
      throw new RelataError('RL204', `“${relation}” asks for other records, which is not possible here.`)
    const rows = this.relatedOf(relation)
    const inner = new Writer(rows.columns, this.constants, rows.relatedOf)
    const isWanted = operator === 'all' ? condition && inner.negated(condition) : condition && inner.loose(condition)
    const total = aggregate(operator, value ? inner.operand(value) : trusted('*'))
    const matching = sql`${total} ${rows.source()}${isWanted ? sql` AND ${isWanted}` : sql``}`
    if (operator === 'some') return sql`EXISTS (${matching})`
    return operator === 'all' || operator === 'none' ? sql`(NOT EXISTS (${matching}))` : sql`(${matching})`
  }

  private choice(node: Call): Sql {
    const { args } = node
    const parts: Sql[] = []
    let index = 0
    for (; index + 1 < args.length; index += 2) {
      const [when, then] = [args[index], args[index + 1]]
      if (when && then) parts.push(sql`WHEN ${this.loose(when)} THEN ${this.operand(then)}`)
    }
    const last = args[index]
    return sql`CASE ${join(parts, ' ')} ELSE ${last ? this.operand(last) : trusted('NULL')} END`
  }
}

const isNull = (node: RuleNode): boolean => node.kind === 'literal' && node.value === null

/** Operators whose loose form is never NULL, whatever its operands are. */
const NEVER_NULL: ReadonlySet<string> = new Set(['!', '!=', '==', 'changed'])
/** `a = $1` is NULL for an empty field; tests of emptiness and differences are not. */
const isTest = (node: Call): boolean => node.operator !== '==' || node.args.some(isNull)

/** Rounded to the scale; NULL from 10^40 on. */
const settled = (value: Sql): Sql => within(sql`round(${value}, 20)`, '1e40')

const typeName = (type: RuleType): string => `${sqlTypeOf({ kind: type.kind })}${type.isList ? '[]' : ''}`

const GIVEN: Readonly<Record<EnvironmentName, Sql>> = {
  now: ENVIRONMENT.now,
  me: ENVIRONMENT.me,
  my_teams: ENVIRONMENT.teams,
  my_teams_below: ENVIRONMENT.teamsBelow,
  my_organisation: ENVIRONMENT.organisation,
}

function patternOf(source: string): Sql {
  const pattern = sqlPattern(source)
  if ('fault' in pattern) throw new RelataError('RL500', `the pattern ${pattern.fault}, which the check lets pass`)
  return literal(pattern.text)
}

/** The start of a query that answers with one value. */
function aggregate(operator: RelatedNode['operator'], value: Sql): Sql {
  switch (operator) {
    case 'some':
    case 'all':
    case 'none':
      return sql`SELECT 1`
    case 'count':
      return sql`SELECT count(*)::float8`
    case 'sum':
      return sql`SELECT ${settled(sql`COALESCE(sum(${value}), 0)`)}`
    case 'average':
      return sql`SELECT ${settled(sql`div(sum(${value}) * 1e20, NULLIF(count(${value}), 0)) * 0.00000000000000000001`)}`
    case 'minimum':
      return sql`SELECT min(${value})`
    case 'maximum':
      return sql`SELECT max(${value})`
  }
}
