// Checks rules where they stand, and knows of each formula what it yields and what that depends on.
import {
  type CheckedRule,
  checkRule,
  MAX_COST,
  type RuleCost,
  type RuleType,
  type Volatility,
} from '../../sdk/rules/index.ts'
import type { RuleScope } from '../../sdk/rules/index.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { type Bench, type EntityDraft, type FieldDraft, findEntity, findField } from './bench.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import type { Place } from './problems.ts'
import { findLeaf, rollupType, type ScopeEntity, type ScopeLookup, scopeOf } from './scope.ts'

/** What the value of a rule hangs on, formulas that it reads included. */
export interface RuleFacts {
  type: RuleType
  cost: RuleCost
  volatility: ReadonlySet<Volatility>
  /** Names on the record itself that it begins to read from. */
  own: ReadonlySet<string>
  /** A path that leads through a reference: the value changes without this record changing. */
  reference?: string
  /** A path that ends at a roll-up. */
  rollup?: string
}

export interface RuleBook {
  lookup: ScopeLookup
  /** Check a rule on an entity; problems are reported at `place`. */
  check(draft: EntityDraft, rule: unknown, place: Place, expected?: RuleType): RuleFacts | undefined
  /** The same of a yes-or-no rule that is asked of a change: it may read what was there before. */
  checkOfChange(draft: EntityDraft, rule: unknown, place: Place): RuleFacts | undefined
  /** What a formula field yields; undefined when it is faulty, which is reported once. */
  formula(draft: EntityDraft, field: FieldDraft): RuleFacts | undefined
  typeOfPath(draft: EntityDraft, path: string): RuleType | undefined
}

export function createRuleBook(bench: Bench): RuleBook {
  const entities = new Map<string, ScopeEntity>()
  const drafts = new Map<ScopeEntity, EntityDraft>()
  for (const draft of bench.entities) {
    const view: ScopeEntity = { entity: draft.entity, field: (name) => findField(draft, name)?.field }
    drafts.set(view, draft)
    entities.set(draft.entity.name, view)
  }
  const viewOf = (draft: EntityDraft) => entities.get(draft.entity.name)
  const lookup: ScopeLookup = {
    find(name) {
      const draft = findEntity(bench, name)
      return draft && viewOf(draft)
    },
  }
  const formulas = new Map<Field, RuleFacts | undefined>()
  const inProgress: { field: Field; label: string }[] = []
  const circular = new Set<Field>()

  const formulaOf = (owner: ScopeEntity, field: Field): RuleFacts | undefined => {
    const draft = drafts.get(owner)
    const own = draft?.fields.find((one) => one.field === field)
    return draft && own && formula(draft, own)
  }
  const computedType = (owner: ScopeEntity, field: Field): RuleType | undefined => {
    if (field.type === 'formula') return formulaOf(owner, field)?.type ?? { kind: 'null' }
    const { rollup } = field.options
    const child = rollup && findEntity(bench, rollup.entity)
    return rollup && rollupType(rollup.aggregate, child && rollup.field ? typeOfPath(child, rollup.field) : undefined)
  }
  const computed = { typeOf: computedType, costOf: (owner: ScopeEntity, field: Field) => formulaOf(owner, field)?.cost }
  const scopes = new Map<EntityDraft, ReturnType<typeof scopeOf>>()
  const scopeFor = (draft: EntityDraft) => {
    const view = viewOf(draft) ?? { entity: draft.entity, field: () => undefined }
    const scope = scopes.get(draft) ?? scopeOf(lookup, view, computed)
    scopes.set(draft, scope)
    return scope
  }
  const typeOfPath = (draft: EntityDraft, path: string) => scopeFor(draft).typeOf(path)

  const checkIn = (
    scope: RuleScope,
    draft: EntityDraft,
    rule: unknown,
    place: Place,
    expected?: RuleType,
  ): RuleFacts | undefined => {
    const result = checkRule(rule, scope, expected)
    if (result.ok) {
      for (const warning of result.warnings)
        bench.problems.warn({ ...place, path: place.path + warning.path }, warning.key, warning.message)
      return factsOf(draft, result.rule)
    }
    for (const problem of result.problems) {
      bench.problems.error({ ...place, path: place.path + problem.path }, 'bad_rule', problem.message, {
        hint: problem.hint,
      })
    }
    return undefined
  }

  const check: RuleBook['check'] = (draft, rule, place, expected) =>
    checkIn(scopeFor(draft), draft, rule, place, expected)
  const checkOfChange: RuleBook['checkOfChange'] = (draft, rule, place) =>
    checkIn({ ...scopeFor(draft), hasBefore: true }, draft, rule, place, { kind: 'boolean' })

  const formula: RuleBook['formula'] = (draft, own) => {
    const { field } = own
    if (formulas.has(field)) return formulas.get(field)
    const label = `${draft.entity.name}.${field.name}`
    const start = inProgress.findIndex((one) => one.field === field)
    if (start >= 0) {
      const circle = inProgress.slice(start)
      for (const one of circle) circular.add(one.field)
      bench.problems.error(
        own.place,
        'formula_cycle',
        `formulas read each other in a circle: ${[...circle.map((one) => one.label), label].join(' → ')}`,
      )
      return undefined
    }
    if (inProgress.length >= MAX_COST.levels) {
      bench.problems.error(own.place, 'bad_rule', `more than ${MAX_COST.levels} formulas read one another in a row`)
      return undefined
    }
    inProgress.push({ field, label })
    const facts = check(draft, field.options.rule, bench.trace.locate(own.values, pointer('', 'rule')))
    inProgress.pop()
    formulas.set(field, circular.has(field) ? undefined : facts)
    return formulas.get(field)
  }

  const factsOf = (draft: EntityDraft, rule: CheckedRule): RuleFacts => {
    const volatility = new Set(rule.volatility)
    const own = new Set<string>()
    let reference: string | undefined
    let rollup: string | undefined
    const view = viewOf(draft)
    for (const path of rule.reads) {
      const leaf = view && findLeaf(lookup, view, path)
      if (!leaf) continue
      if (leaf.steps > 0) own.add(path.split('.', 1)[0] ?? '')
      else if (leaf.field?.type !== 'formula') own.add(leaf.field?.name ?? leaf.name)
      if (leaf.steps > 0) reference ??= path
      if (leaf.field?.options.rollup) rollup ??= path
      const inner = leaf.field?.type === 'formula' ? formulaOf(leaf.owner, leaf.field) : undefined
      for (const one of inner?.volatility ?? []) volatility.add(one)
      if (leaf.steps === 0) for (const one of inner?.own ?? []) own.add(one)
      if (inner?.reference !== undefined) reference ??= path
      if (inner?.rollup !== undefined) rollup ??= path
    }
    return {
      type: rule.type,
      cost: rule.cost,
      volatility,
      own,
      ...(reference === undefined ? {} : { reference }),
      ...(rollup === undefined ? {} : { rollup }),
    }
  }

  return { lookup, check, checkOfChange, formula, typeOfPath }
}
