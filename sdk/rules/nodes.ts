// A checked rule: a tree in which every node has its type. The engines take it; nothing else makes one than `checkRule`.
import type { OperatorName } from './operators.ts'
import type { RuleCost, RuleType, RuleValue, Volatility } from './types.ts'

/** Changes of type, which no author writes: added where a wider type is needed. */
export type Conversion = 'to_decimal' | 'to_number' | 'to_text'

export type RuleNode =
  | { kind: 'constant'; index: number; value: RuleValue; text: string | null; type: RuleType }
  | { kind: 'literal'; value: null | boolean; type: RuleType }
  | { kind: 'var'; path: string; type: RuleType }
  | { kind: 'call'; operator: OperatorName | Conversion; args: readonly RuleNode[]; type: RuleType }

export interface CheckedRule {
  type: RuleType
  root: RuleNode
  /** Paths, each once. */
  reads: readonly string[]
  /** In the order of `liftConstants`. */
  constants: readonly { value: RuleValue; type: RuleType }[]
  /** Empty: the record alone decides. */
  volatility: ReadonlySet<Volatility>
  cost: RuleCost
}
