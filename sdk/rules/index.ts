// The rule language: JSON-Logic with types (docs/rule-semantics.md). `checkRule` is the only way in; engines take what
// it returns.
export type {
  Moment,
  RuleCost,
  RuleEnvironment,
  RuleKind,
  RuleRelation,
  RuleScope,
  RuleType,
  RuleValue,
  Volatility,
} from './types.ts'
export { checkRule, type RuleProblem } from './check.ts'
export { compileRule } from './compile.ts'
export type { Closure, ReadPath, RelatedReader, RelatedReaders } from './closures.ts'
export { constantToText } from './constants.ts'
export { MAX_COST } from './cost.ts'
export type { CheckedRule, RelatedReads, RuleNode } from './nodes.ts'
export { OPERATOR_NAMES } from './operators.ts'
export { liftConstants } from './parse.ts'
