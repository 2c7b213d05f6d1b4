// The rules that hold of every record that is written: validations, conditions of fields and options, computed values,
// and which records are taken to be one thing twice. Here they are checked; kernel/sql/entity-checks.ts enforces them.
import { Value } from '@sinclair/typebox/value'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import type { DuplicateMatch, DuplicateRule, Validation } from '../../sdk/metadata/snapshot.ts'
import { DuplicateRule as DuplicateSource, Option, Validation as ValidationSource } from '../../sdk/metadata/source.ts'
import type { RuleType } from '../../sdk/rules/index.ts'
import { type Bench, type EntityDraft, type FieldDraft, findField } from './bench.ts'
import { checkComputed } from './computed-fields.ts'
import { reportUnknownField } from './entities.ts'
import { qualifiedFieldName } from './identity.ts'
import type { Place } from './problems.ts'
import type { RuleBook } from './rule-book.ts'
import { isRecord } from './trace.ts'

const YES_NO: RuleType = { kind: 'boolean' }

/** Runs when formulas have types. */
export function checkRecordRules(bench: Bench, book: RuleBook): void {
  for (const draft of bench.entities) {
    for (const own of draft.fields) {
      checkConditions(bench, book, draft, own)
      checkOptionConditions(bench, book, draft, own)
    }
    checkComputed(bench, book, draft)
    draft.entity.validations = validationsOf(bench, book, draft)
    draft.entity.duplicates = duplicatesOf(bench, draft)
  }
}

const CONDITIONS = { required_if: 'requiredIf', read_only_if: 'readOnlyIf', visible_if: 'visibleIf' } as const
type Condition = keyof typeof CONDITIONS

function checkConditions(bench: Bench, book: RuleBook, draft: EntityDraft, own: FieldDraft): void {
  for (const member of ['required_if', 'read_only_if', 'visible_if'] as const) {
    const rule = own.values[member]
    if (rule === undefined || rule === null) continue
    const reason = whyNoCondition(own, member)
    if (reason) bench.problems.error(bench.trace.member(own.values, member), 'bad_option', reason)
    else {
      const place = bench.trace.locate(own.values, pointer('', member))
      const isOfChange = member === 'required_if'
      if (isOfChange ? book.checkOfChange(draft, rule, place) : book.check(draft, rule, place, YES_NO))
        own.field[CONDITIONS[member]] = rule
    }
  }
}

function whyNoCondition({ field, type, values }: FieldDraft, member: Condition): string | undefined {
  if (member === 'visible_if') return undefined
  if (values['computed'] !== undefined) return `a computed field cannot have “${member}”: nobody sets it`
  if (!type.isWritable) return `a field of type ${field.type} cannot have “${member}”: nobody sets it`
  if (field.readOnly) return `a field that is read-only cannot have “${member}”: nobody sets it`
  return undefined
}

function checkOptionConditions(bench: Bench, book: RuleBook, draft: EntityDraft, { values }: FieldDraft): void {
  const options: unknown = values['options']
  if (!Array.isArray(options)) return
  for (const option of options) {
    if (!isRecord(option) || !Value.Check(Option, option) || option.if === undefined) continue
    book.checkOfChange(draft, option.if, bench.trace.locate(option, '/if'))
  }
}

/** Items of a list of the entity, with the API name and the id of each; what has a problem of its own is left out. */
function* itemsOf(
  bench: Bench,
  draft: EntityDraft,
  member: 'validations' | 'duplicates',
): Generator<{ source: Record<string, unknown>; id: string; name: string; place: Place }> {
  const seen = new Set<string>()
  const items: readonly unknown[] = draft.source[member] ?? []
  for (const source of items) {
    if (!isRecord(source) || typeof source['name'] !== 'string') continue
    const owner = bench.trace.place(source)?.package ?? draft.entity.package
    const name = qualifiedFieldName(owner, draft.entity.package, source['name'])
    const place = bench.trace.locate(source)
    if (seen.has(name)) {
      const message = `${draft.entity.name} already has “${name}” among its ${member}`
      bench.problems.error(bench.trace.member(source, 'name'), 'duplicate_name', message)
      continue
    }
    seen.add(name)
    const given = source['id']
    yield { source, id: typeof given === 'string' ? given : `${owner}:${source['name']}`, name, place }
  }
}

function validationsOf(bench: Bench, book: RuleBook, draft: EntityDraft): Validation[] {
  return [...itemsOf(bench, draft, 'validations')].flatMap(({ source, id, name }) => {
    if (!Value.Check(ValidationSource, source)) return []
    const facts = book.checkOfChange(draft, source.rule, bench.trace.locate(source, '/rule'))
    const field = source.field === undefined ? undefined : fieldOf(bench, draft, source, source.field)
    if (!facts || (source.field !== undefined && field === undefined)) return []
    const { rule, message } = source
    return [{ id, name, rule, message, ...(field === undefined ? {} : { field }) }]
  })
}

function fieldOf(bench: Bench, draft: EntityDraft, source: object, written: string): string | undefined {
  const place = bench.trace.member(source, 'field')
  const found = findField(draft, written, place.package)
  if (!found && draft.absent.get(written) !== 'broken') reportUnknownField(bench, draft, written, place)
  return found?.field.name
}

function duplicatesOf(bench: Bench, draft: EntityDraft): DuplicateRule[] {
  return [...itemsOf(bench, draft, 'duplicates')].flatMap(({ source, id, name }) => {
    if (!Value.Check(DuplicateSource, source)) return []
    const match = source.match.flatMap((one, index) =>
      matchOf(bench, draft, one, bench.trace.locate(source, `/match/${index}`)),
    )
    if (match.length < source.match.length) return []
    const on = source.on === 'block' ? 'block' : 'warn'
    return [{ id, name, match, on, ...(source.message === undefined ? {} : { message: source.message }) }]
  })
}

const UNMATCHED: ReadonlySet<string> = new Set(['text[]', 'jsonb'])

function matchOf(
  bench: Bench,
  draft: EntityDraft,
  { field: written, how = 'normalised' }: { field: string; how?: string },
  place: Place,
): DuplicateMatch[] {
  const at = { ...place, path: `${place.path}/field` }
  const [base = '', part = ''] = written.split('.')
  const own = findField(draft, base, place.package)
  if (!own) {
    if (draft.absent.get(base) !== 'broken') reportUnknownField(bench, draft, base, at)
    return []
  }
  const { field, type } = own
  if (!type.isReadable || field.columns.length === 0) {
    bench.problems.error(at, 'not_comparable', `values of type ${field.type} cannot be compared`)
    return []
  }
  const column = field.columns.find((one) => one.part === part)
  if (!column) {
    const parts = field.columns.map((one) => (one.part === '' ? field.name : `${field.name}.${one.part}`))
    bench.problems.error(at, 'unknown_part', `“${written}” is no single value: name one of ${parts.join(', ')}`, {
      hint: didYouMean(nearest(written, parts)),
    })
    return []
  }
  if (UNMATCHED.has(column.sqlType)) {
    bench.problems.error(at, 'not_comparable', `values of type ${field.type} cannot be compared`)
    return []
  }
  // Of what is no text there is one form anyway.
  const isNormalised = how === 'normalised' && column.sqlType === 'text'
  return [{ field: field.name, part, how: isNormalised ? 'normalised' : 'exact' }]
}
