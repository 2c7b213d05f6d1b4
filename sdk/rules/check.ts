// The only way into the engines: a rule as JSON becomes a tree in which every node has its type, or every problem found.
import { Checker, type Findings } from './checker.ts'
import { costOf, MAX_COST } from './cost.ts'
import type { CheckedRule } from './nodes.ts'
import { parseRule, type RuleProblem } from './parse.ts'
import { NULL } from './rule-types.ts'
import type { RuleCost, RuleScope, RuleType } from './types.ts'

export type { RuleProblem }

export type CheckResult =
  /** `warnings`: the rule runs, but some of it is never, or always, true. */
  { ok: true; rule: CheckedRule; warnings: readonly RuleProblem[] } | { ok: false; problems: readonly RuleProblem[] }

/** Nobody reads more of them. */
const MOST_PROBLEMS = 100

/** @param expected what the rule must yield; narrower types are widened. Never throws. */
export function checkRule(rule: unknown, scope: RuleScope, expected?: RuleType): CheckResult {
  const parsed = parseRule(rule)
  if (parsed.isTooLarge) return { ok: false, problems: parsed.problems }
  const findings: Findings = {
    problems: [],
    warnings: [],
    constants: parsed.constants.map((value) => ({ value, type: NULL })),
    volatility: new Set(),
  }
  const checker = new Checker(scope, findings)
  const root = checker.wanted(parsed.root, expected)
  const problems = [...parsed.problems, ...findings.problems].slice(0, MOST_PROBLEMS)
  if (!root || problems.length > 0) return { ok: false, problems }
  const cost = costOf(root, scope)
  if (cost.operations > MAX_COST.operations || cost.levels > MAX_COST.levels) {
    return { ok: false, problems: [{ path: '', key: 'too_large', message: costText(cost) }] }
  }
  const { related } = checker
  const checked: CheckedRule = {
    type: root.type,
    root,
    reads: [...checker.reads],
    readsBefore: [...checker.readsBefore],
    related,
    constants: findings.constants,
    volatility: findings.volatility,
    engines: related.length > 0 ? ['sql'] : ['closure', 'sql'],
    cost,
  }
  return { ok: true, rule: checked, warnings: findings.warnings.slice(0, MOST_PROBLEMS) }
}

function costText({ operations, levels }: RuleCost): string {
  const [is, limit] =
    levels > MAX_COST.levels
      ? [`${levels} levels`, MAX_COST.levels]
      : [`${operations.toPrecision(2)} operations`, MAX_COST.operations]
  return `the rule is too large: with the formulas that it reads it has ${is}, of at most ${limit}`
}
