// Computed fields: stored like any value, but set by a rule whenever the record is written.
import { pointer } from '../../sdk/metadata/pointer.ts'
import type { Bench, EntityDraft, FieldDraft } from './bench.ts'
import type { RuleBook, RuleFacts } from './rule-book.ts'
import { hasStandard } from './scope.ts'

/** Types whose values need no more than the right kind; others have a form that only their own parsing makes. */
const COMPUTABLE: ReadonlySet<string> = new Set([
  'text',
  'long_text',
  'number',
  'decimal',
  'percent',
  'boolean',
  'date',
  'date_time',
  'choice',
])

/** Members that speak of a value that somebody sets. */
const FOREIGN = ['required', 'default', 'min', 'max', 'min_length', 'max_length', 'pattern'] as const

export function checkComputed(bench: Bench, book: RuleBook, draft: EntityDraft): void {
  const reads = new Map<FieldDraft, ReadonlySet<string>>()
  for (const own of draft.fields) {
    const rule = own.values['computed']
    if (rule === undefined || rule === null) continue
    const facts = checkOne(bench, book, draft, own, rule)
    if (facts) reads.set(own, facts.own)
  }
  for (const own of reads.keys()) {
    const level = levelOf(own, reads, [])
    if (level === undefined) {
      const place = bench.trace.member(own.values, 'computed')
      bench.problems.error(place, 'formula_cycle', `“${own.field.name}” is computed of itself in a circle`)
    } else {
      own.field.computed = { rule: own.values['computed'], level }
      own.field.readOnly = true
    }
  }
}

function checkOne(
  bench: Bench,
  book: RuleBook,
  draft: EntityDraft,
  own: FieldDraft,
  rule: unknown,
): RuleFacts | undefined {
  const { field, values } = own
  const [column, ...others] = field.columns
  const place = bench.trace.locate(values, pointer('', 'computed'))
  if (!column || others.length > 0 || !COMPUTABLE.has(field.type)) {
    bench.problems.error(place, 'bad_computed', `a field of type ${field.type} cannot be computed`)
    return undefined
  }
  for (const member of FOREIGN) {
    if (values[member] === undefined || values[member] === false) continue
    const message = `a computed field cannot have “${member}”: its value is what the rule yields`
    bench.problems.error(bench.trace.member(values, member), 'bad_option', message)
  }
  const facts = book.check(draft, rule, place, column.ruleType)
  const reason = facts && whyNot(draft, facts)
  if (reason)
    bench.problems.error(place, 'bad_computed', `the value is stored with the record, but this rule ${reason}`)
  return reason ? undefined : facts
}

function whyNot(draft: EntityDraft, facts: RuleFacts): string | undefined {
  if (facts.rollup !== undefined) return `reads the roll-up “${facts.rollup}”; write a formula`
  if (facts.volatility.has('related')) return 'reads the records that lead to it; write a formula'
  const standard = [...facts.own].find((name) => name !== 'id' && hasStandard(draft.entity, name))
  return standard === undefined ? undefined : `reads “${standard}”, which is settled after it`
}

/** 0: reads no computed field; undefined: reads itself. */
function levelOf(
  own: FieldDraft,
  reads: ReadonlyMap<FieldDraft, ReadonlySet<string>>,
  trail: readonly FieldDraft[],
): number | undefined {
  if (trail.includes(own)) return undefined
  const names = reads.get(own) ?? new Set()
  let level = 0
  for (const other of reads.keys()) {
    if (!names.has(other.field.name)) continue
    const below = levelOf(other, reads, [...trail, own])
    if (below === undefined) return undefined
    level = Math.max(level, below + 1)
  }
  return level
}
