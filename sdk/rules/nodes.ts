// A checked rule: a tree in which every node has its type. The engines take it; nothing else makes one than `checkRule`.
import type { OperatorName } from './operators.ts'
import type { Engine, Moment, RuleCost, RuleType, RuleValue, Volatility } from './types.ts'

/** Changes of type, which no author writes: added where a wider type is needed. */
export type Conversion = 'to_decimal' | 'to_number' | 'to_text'

export type EnvironmentName = 'now' | 'me' | 'my_teams' | 'my_teams_below' | 'my_organisation'
export type Aggregate = 'count' | 'sum' | 'average' | 'minimum' | 'maximum'
export type RelatedOperator = 'some' | 'all' | 'none' | Aggregate
/** Operators whose nodes are of a kind of their own. */
type Special = EnvironmentName | RelatedOperator | 'today' | 'before'

export type RuleNode =
  | { kind: 'constant'; index: number; value: RuleValue; text: string | null; type: RuleType }
  | { kind: 'literal'; value: null | boolean; type: RuleType }
  | { kind: 'var'; path: string; moment: Moment; type: RuleType }
  | { kind: 'environment'; name: EnvironmentName; type: RuleType }
  | CallNode
  | RelatedNode

export interface CallNode {
  kind: 'call'
  operator: Exclude<OperatorName, Special> | Conversion
  args: readonly RuleNode[]
  type: RuleType
  /** The unit of a time, singular (`month`), or a pattern; '' for the other operators. */
  word: string
}

export interface RelatedNode {
  kind: 'related'
  operator: RelatedOperator
  /** As its author wrote it. */
  relation: string
  /** What is added up; undefined for `some`, `all`, `none`, `count`. */
  value: RuleNode | undefined
  /** Which records are meant; undefined: all. */
  condition: RuleNode | undefined
  type: RuleType
}

/** What a rule reads of related records. */
export interface RelatedReads {
  relation: string
  reads: readonly string[]
  related: readonly RelatedReads[]
}

export interface CheckedRule {
  type: RuleType
  root: RuleNode
  /** Paths of the record itself, each once; those that `before` and `changed` read included. */
  reads: readonly string[]
  /** Those of them that are read as they were before. */
  readsBefore: readonly string[]
  related: readonly RelatedReads[]
  /** In the order of `liftConstants`. */
  constants: readonly { value: RuleValue; type: RuleType }[]
  /** Empty: the record alone decides. */
  volatility: ReadonlySet<Volatility>
  /** Related records are in the database; closures answer only where somebody hands them over. */
  engines: readonly Engine[]
  cost: RuleCost
}
