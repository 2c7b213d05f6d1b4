// Roll-up fields: which children, over which reference, what of them; refused where the database could not keep the
// value right when a child changes.
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { NumberFormat } from '../../sdk/fields/number-format.ts'
import type { Rollup, RollupFeed, SqlType } from '../../sdk/metadata/snapshot.ts'
import type { RuleType } from '../../sdk/rules/index.ts'
import { type Bench, type EntityDraft, type FieldDraft, findField, requireEntity } from './bench.ts'
import { reportUnknownField } from './entities.ts'
import { isToOne } from './references.ts'
import type { RuleBook } from './rule-book.ts'
import { findLeaf } from './scope.ts'

const AGGREGATES = ['count', 'sum', 'min', 'max', 'average'] as const
const RollupSource = Type.Object({
  over: Type.String(),
  aggregate: Type.String(),
  field: Type.Optional(Type.String()),
  filter: Type.Optional(Type.Unknown()),
})

/** Find the children. Runs before any rule is checked, for rules read roll-ups. */
export function connectRollups(bench: Bench): void {
  for (const draft of bench.entities) {
    for (const own of draft.fields) {
      if (own.field.type !== 'rollup') continue
      const rollup = connect(bench, draft, own)
      if (rollup) own.field.options = { ...own.field.options, rollup }
    }
  }
}

/** Types, columns and the feeds of the children, once formulas have types. */
export function finishRollups(bench: Bench, book: RuleBook): void {
  const feeds = new Map<string, RollupFeed[]>()
  for (const draft of bench.entities) {
    for (const own of draft.fields) {
      const { rollup } = own.field.options
      const child = rollup && bench.entities.find(({ entity }) => entity.name === rollup.entity)
      if (!rollup || !child) continue
      const childType = checkField(bench, book, child, own, rollup)
      checkFilter(bench, book, child, own, rollup)
      const columns = columnsOf(rollup, childType).map(({ holds, sqlType }) => {
        const { column } = bench.book.rollupColumn(draft.entity.id, own.field.id, own.field.name, {
          part: holds,
          sqlType,
        })
        return { column, sqlType, holds }
      })
      const [first] = columns
      const { table } = bench.book.rollupColumn(draft.entity.id, own.field.id, own.field.name, {
        part: first?.holds ?? 'count',
        sqlType: first?.sqlType ?? 'int4',
      })
      own.field.options = {
        ...own.field.options,
        rollup: { ...rollup, table, columns },
        ...(childType ? { ruleType: childType } : {}),
        ...formatOf(book, child, own, rollup),
      }
      feeds.set(rollup.entity, [
        ...(feeds.get(rollup.entity) ?? []),
        { entity: draft.entity.name, field: own.field.name },
      ])
    }
  }
  for (const { entity } of bench.entities) entity.feeds = feeds.get(entity.name) ?? []
}

function connect(bench: Bench, draft: EntityDraft, own: FieldDraft): Rollup | undefined {
  const { problems, trace } = bench
  const { values } = own
  const base = Value.Check(RollupSource, values['rollup']) ? '/rollup' : ''
  const source: unknown = base === '' ? values : values['rollup']
  if (!Value.Check(RollupSource, source)) {
    problems.error(own.place, 'bad_rollup', 'a roll-up needs "over" and "aggregate"')
    return undefined
  }
  const at = (member: string) => trace.locate(values, `${base}/${member}`)
  const aggregate = AGGREGATES.find((one) => one === source.aggregate)
  if (!aggregate) {
    problems.error(at('aggregate'), 'bad_rollup', `must be one of: ${AGGREGATES.join(', ')}`)
    return undefined
  }
  const cut = source.over.lastIndexOf('.')
  if (cut < 0) {
    problems.error(at('over'), 'bad_rollup', 'must name an entity and its reference to this one, as in “task.project”')
    return undefined
  }
  const child = requireEntity(bench, source.over.slice(0, cut), at('over'))
  const reference = child && findField(child, source.over.slice(cut + 1), at('over').package)
  if (!child || !reference) {
    if (child) reportUnknownField(bench, child, source.over.slice(cut + 1), at('over'))
    return undefined
  }
  if (!isToOne(reference.field.type) || reference.field.options.to?.[0] !== draft.entity.name) {
    problems.error(
      at('over'),
      'bad_rollup',
      `${child.entity.name}.${reference.field.name} does not point to ${draft.entity.name}`,
    )
    return undefined
  }
  if (aggregate !== 'count' && source.field === undefined) {
    problems.error(own.place, 'bad_rollup', `“${aggregate}” needs a "field" of ${child.entity.name}`)
    return undefined
  }
  return {
    entity: child.entity.name,
    reference: reference.field.name,
    aggregate,
    ...(aggregate === 'count' || source.field === undefined ? {} : { field: source.field }),
    ...(source.filter === undefined ? {} : { filter: source.filter }),
    table: '',
    columns: [],
  }
}

const SUMMABLE: ReadonlySet<string> = new Set(['number', 'decimal'])
const COMPARABLE: ReadonlySet<string> = new Set(['number', 'decimal', 'date', 'instant', 'text'])

function checkField(
  bench: Bench,
  book: RuleBook,
  child: EntityDraft,
  own: FieldDraft,
  rollup: Rollup,
): RuleType | undefined {
  if (rollup.field === undefined) return undefined
  const place = bench.trace.locate(own.values, `${own.values['rollup'] === undefined ? '' : '/rollup'}/field`)
  const view = book.lookup.find(child.entity.name)
  const leaf = view && findLeaf(book.lookup, view, rollup.field)
  const type = book.typeOfPath(child, rollup.field)
  if (!leaf || !type) {
    reportUnknownField(bench, child, rollup.field, place)
    return undefined
  }
  const refuse = (reason: string) => bench.problems.error(place, 'bad_rollup', reason)
  const inner = leaf.field && child.fields.find((one) => one.field === leaf.field)
  const facts = inner?.field.type === 'formula' ? book.formula(child, inner) : undefined
  if (leaf.field?.options.rollup || facts?.rollup !== undefined) {
    refuse(
      'a roll-up of a roll-up would have to lock every record above a change; write it as a formula over roll-ups of the same level',
    )
  } else if (leaf.steps > 0 || facts?.reference !== undefined) {
    refuse(`“${rollup.field}” can change without the ${child.entity.name} changing, so the roll-up would go stale`)
  } else if (facts?.volatility.has('related')) {
    refuse(`“${rollup.field}” reads other records, so the roll-up would go stale`)
  } else if (facts && (facts.volatility.has('time') || facts.volatility.has('actor'))) {
    refuse(`“${rollup.field}” depends on the time or on who asks, so its roll-up cannot be stored`)
  }
  const allowed = rollup.aggregate === 'min' || rollup.aggregate === 'max' ? COMPARABLE : SUMMABLE
  if (type.isList || !allowed.has(type.kind))
    refuse(
      `“${rollup.aggregate}” needs ${allowed === SUMMABLE ? 'a number' : 'a number, date or text'}, but “${rollup.field}” is ${type.isList ? 'a list' : type.kind}`,
    )
  return type
}

/** Written as what it is taken of, unless the author says otherwise: money as money, percentages as percentages. */
function formatOf(book: RuleBook, child: EntityDraft, own: FieldDraft, rollup: Rollup): { format?: NumberFormat } {
  const view = book.lookup.find(child.entity.name)
  const leaf = view && rollup.field !== undefined && findLeaf(book.lookup, view, rollup.field)
  if (own.field.options.format || !leaf || !leaf.field) return {}
  const { type, options } = leaf.field
  if (options.format) return { format: options.format }
  if (type === 'percent') return { format: { style: 'percent' } }
  if (type !== 'money') return {}
  const [only, ...others] = options.currencies ?? []
  if (leaf.part === 'base') return { format: { style: 'currency' } }
  return leaf.part === 'amount' && only && others.length === 0 ? { format: { style: 'currency', currency: only } } : {}
}

function checkFilter(bench: Bench, book: RuleBook, child: EntityDraft, own: FieldDraft, rollup: Rollup): void {
  if (rollup.filter === undefined) return
  const place = bench.trace.locate(own.values, `${own.values['rollup'] === undefined ? '' : '/rollup'}/filter`)
  const facts = book.check(child, rollup.filter, place, { kind: 'boolean' })
  const reason = facts && whyNotStored(facts)
  if (reason) bench.problems.error(place, 'bad_rollup', `the filter ${reason}, so the roll-up would go stale`)
}

/** Why a value that hangs on these facts cannot be stored with the record; undefined when it can. */
export function whyNotStored(facts: {
  volatility: ReadonlySet<string>
  reference?: string
  rollup?: string
}): string | undefined {
  if (facts.rollup !== undefined) return `reads the roll-up “${facts.rollup}”`
  if (facts.reference !== undefined) return `reads “${facts.reference}” of another record`
  if (facts.volatility.has('related')) return 'reads other records'
  if (facts.volatility.has('time')) return 'depends on the time'
  if (facts.volatility.has('actor')) return 'depends on who asks'
  return undefined
}

function columnsOf(
  rollup: Rollup,
  childType: RuleType | undefined,
): { holds: 'count' | 'sum' | 'min' | 'max'; sqlType: SqlType }[] {
  switch (rollup.aggregate) {
    case 'count':
      return [{ holds: 'count', sqlType: 'int4' }]
    case 'sum':
      return [{ holds: 'sum', sqlType: 'numeric' }]
    case 'average':
      return [
        { holds: 'sum', sqlType: 'numeric' },
        { holds: 'count', sqlType: 'int4' },
      ]
    default:
      return [{ holds: rollup.aggregate, sqlType: EXTREME_TYPES[childType?.kind ?? 'decimal'] ?? 'numeric' }]
  }
}

const EXTREME_TYPES: Readonly<Record<string, SqlType>> = {
  number: 'float8',
  decimal: 'numeric',
  date: 'date',
  instant: 'timestamptz',
  text: 'text',
}
