// The rules that stand on an entity itself: display name, formulas, defaults.
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { type Bench, type EntityDraft, type FieldDraft, findField } from './bench.ts'
import { reportUnknownField } from './entities.ts'
import { checkDefault, isRule } from './fields.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import type { RuleBook, RuleFacts } from './rule-book.ts'
import { whyNotStored } from './rollups.ts'
import { hasStandard } from './scope.ts'

export function checkEntityRules(bench: Bench, book: RuleBook): void {
  for (const draft of bench.entities) {
    for (const own of draft.fields) {
      if (own.field.type === 'formula') inferFormula(bench, book, draft, own)
      checkDefault(bench, own)
      checkDefaultRule(bench, book, draft, own)
      checkRateDate(bench, draft, own)
    }
  }
  for (const draft of bench.entities) setDisplayName(bench, book, draft)
}

function inferFormula(bench: Bench, book: RuleBook, draft: EntityDraft, own: FieldDraft): void {
  const facts = book.formula(draft, own)
  if (facts) own.field.options = { ...own.field.options, ruleType: facts.type }
  for (const member of ['required', 'unique', 'indexed', 'default'] as const) {
    if (own.values[member] === undefined || own.values[member] === false) continue
    bench.problems.error(
      bench.trace.member(own.values, member),
      'bad_option',
      `a formula cannot be ${member === 'default' ? 'given a default' : member}: its value is worked out at reading`,
    )
  }
}

function checkDefaultRule(bench: Bench, book: RuleBook, draft: EntityDraft, { field, values }: FieldDraft): void {
  if (!isRule(field.default)) return
  const place = bench.trace.locate(values, '/default/rule')
  const [column, ...others] = field.columns
  if (!column || others.length > 0) {
    bench.problems.error(
      place,
      'bad_default',
      `a field of type ${field.type} has no single value that a rule could yield`,
    )
    return
  }
  const facts = book.check(draft, field.default.rule, place, column.ruleType)
  const reason = facts && (whyNoDefault(draft, facts) ?? whyNotHeld(values, facts))
  if (reason) bench.problems.error(place, 'bad_default', reason)
}

/** Whoever may not set a field may leave it to its default, which the statement compares: one for all rows. */
function whyNotHeld(values: Readonly<Record<string, unknown>>, { own }: RuleFacts): string | undefined {
  if (values['read_only_if'] === undefined || own.size === 0) return undefined
  return 'the default of a field with “read_only_if” cannot read other fields'
}

/** It is worked out before the record is there, of what the writer gives. */
function whyNoDefault(draft: EntityDraft, facts: RuleFacts): string | undefined {
  if (facts.rollup !== undefined)
    return `a new record has no roll-ups yet, so the default cannot read “${facts.rollup}”`
  if (facts.volatility.has('related')) return 'nothing leads to a new record yet, so the default cannot ask for it'
  if (facts.reference !== undefined)
    return `a default reads the record itself, and “${facts.reference}” is of another one; write “computed” or a formula`
  const standard = [...facts.own].find((name) => hasStandard(draft.entity, name))
  return standard && `a default cannot read “${standard}”, which is settled when the record is stored`
}

const DATES: ReadonlySet<string> = new Set(['date', 'instant'])

function checkRateDate(bench: Bench, draft: EntityDraft, { field, values, place }: FieldDraft): void {
  const { rateDate } = field.options
  if (rateDate === undefined) return
  const at = bench.trace.locate(values, pointer('', 'rate_date'))
  if (hasStandard(draft.entity, rateDate)) return
  const other = findField(draft, rateDate, place.package)
  if (!other) reportUnknownField(bench, draft, rateDate, at)
  else if (DATES.has(other.field.columns[0]?.ruleType.kind ?? '')) {
    field.options = { ...field.options, rateDate: other.field.name }
  } else bench.problems.error(at, 'bad_option', `“${rateDate}” is no date`)
}

function setDisplayName(bench: Bench, book: RuleBook, draft: EntityDraft): void {
  const { entity, source } = draft
  const written = source.display_name
  const place = bench.trace.member(source, 'display_name')
  if (written === undefined) {
    entity.displayName = defaultRule(draft)
    return
  }
  if (typeof written === 'string') {
    const own = findField(draft, written, place.package)
    if (!own) {
      if (draft.absent.get(written) !== 'broken') reportUnknownField(bench, draft, written, place)
      return
    }
    entity.displayName = ruleOf(own.field)
  } else entity.displayName = written
  const facts = book.check(draft, entity.displayName, place, { kind: 'text' })
  const reason = facts && whyNotStored(facts)
  if (reason)
    bench.problems.error(
      place,
      'bad_display_name',
      `the display name is stored with the record, but this rule ${reason}`,
    )
}

const LIKELY_NAMES = ['name', 'title', 'subject', 'label', 'display']

/** The first of: a text called name or the like, a person's name, any text, a number; else the id. */
function defaultRule({ fields }: EntityDraft): unknown {
  const ofType = (...types: string[]) => fields.find(({ field }) => types.includes(field.type))
  const named = LIKELY_NAMES.flatMap((name) =>
    fields.filter(({ field }) => field.name === name && /^(text|person_name)$/.test(field.type)),
  )
  const found = named[0] ?? ofType('person_name') ?? ofType('text') ?? ofType('auto_number') ?? ofType('email')
  return found ? ruleOf(found.field) : { var: 'id' }
}

function ruleOf(field: Field): unknown {
  const parts = field.columns.map(({ part }) => part)
  if (parts.length <= 1) return { var: field.name }
  return { join: [' ', ...parts.map((part) => ({ var: `${field.name}.${part}` }))] }
}
