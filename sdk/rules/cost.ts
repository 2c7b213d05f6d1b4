// How large a rule becomes as SQL: formulas are written out where they are read, so a few lines that read each other can
// grow without bounds. PostgreSQL's stack limits the levels, patience the rest.
import type { RelatedNode, RuleNode } from './nodes.ts'
import type { RuleCost, RuleScope } from './types.ts'

export const MAX_COST: RuleCost = { operations: 20_000, levels: 256 }

const LEAF: RuleCost = { operations: 1, levels: 1 }

export function costOf(node: RuleNode, scope: RuleScope): RuleCost {
  if (node.kind === 'var') return scope.costOf?.(node.path) ?? LEAF
  if (node.kind === 'related') return costOfRelated(node, scope)
  if (node.kind !== 'call') return LEAF
  const args = node.args.map((arg) => costOf(arg, scope))
  const [, middle] = args
  // Of three operands the second stands in two comparisons.
  const twice = (node.operator === '<' || node.operator === '<=') && args.length === 3 ? (middle?.operations ?? 0) : 0
  const isChain = node.operator === '+' || node.operator === '*'
  const own = TIMES.has(node.operator) ? TIME : LEAF
  return {
    operations: args.reduce((sum, arg) => sum + arg.operations, own.operations + twice),
    // Each further operand of a sum encloses those before it.
    levels: args.reduce((levels, arg) => Math.max(levels + (isChain ? 1 : 0), arg.levels + own.levels), own.levels),
  }
}

/** Reckoning with the clocks of zones takes queries within queries. */
const TIME: RuleCost = { operations: 20, levels: 6 }
const TIMES: ReadonlySet<string> = new Set(['add', 'subtract', 'difference', 'start_of', 'end_of'])
/** So does a question to other records. */
const QUERY: RuleCost = { operations: 10, levels: 4 }

function costOfRelated({ relation, value, condition }: RelatedNode, scope: RuleScope): RuleCost {
  const inner = scope.relation?.(relation)?.scope ?? scope
  const parts = [value, condition].flatMap((part) => (part ? [costOf(part, inner)] : []))
  return {
    operations: parts.reduce((sum, part) => sum + part.operations, QUERY.operations),
    levels: Math.max(0, ...parts.map((part) => part.levels)) + QUERY.levels,
  }
}
