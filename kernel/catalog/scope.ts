// What a rule on an entity may read, and of which type: its own fields by part, standard fields, roll-ups, formulas,
// and the same of records that to-one references lead to.
import { type Entity, type Field, type Rollup, STANDARD_FIELDS } from '../../sdk/metadata/snapshot.ts'
import { type CheckedRule, checkRule, type RuleCost, type RuleScope, type RuleType } from '../../sdk/rules/index.ts'
import { isToOne } from './references.ts'

export const MAX_REFERENCE_STEPS = 3
/** Deeper paths are understood but not offered. */
const OFFERED_STEPS = 1

/** What both a Model and the entities in the making can answer. */
export interface ScopeEntity {
  readonly entity: Entity
  field(name: string): Field | undefined
}
export interface ScopeLookup {
  find(name: string): ScopeEntity | undefined
}

export interface Computed {
  /** What a formula or a roll-up yields. */
  typeOf(owner: ScopeEntity, field: Field): RuleType | undefined
  /** How large a formula is where it is written out. */
  costOf(owner: ScopeEntity, field: Field): RuleCost | undefined
}

/** @param computed the default reads what the catalog has put into the field's options */
export function scopeOf(lookup: ScopeLookup, start: ScopeEntity, computed: Computed = resolved(lookup)): RuleScope {
  return {
    typeOf: (path) => {
      const found = findLeaf(lookup, start, path)
      return found && leafType(found, computed)
    },
    paths: () => pathsOf(lookup, start, OFFERED_STEPS),
    costOf: (path) => {
      const found = findLeaf(lookup, start, path)
      return found?.field?.type === 'formula' ? computed.costOf(found.owner, found.field) : undefined
    },
    optionsOf: (path) => {
      const found = findLeaf(lookup, start, path)
      return found?.part === '' ? found.field?.options.choices?.map((choice) => choice.value) : undefined
    },
    relation: (name) => {
      const found = findRelation(lookup, start, name)
      return found && { scope: scopeOf(lookup, found.child, computed) }
    },
    relations: () => relationsOf(start),
  }
}

export interface Relation {
  child: ScopeEntity
  /** Reference of the child, by name; to this entity, or a polymorphic one that may lead to it. */
  reference: string
}

/**
 * The records whose reference leads to an entity: `base.person.employer`, `base.task.about`, or the name of a
 * many-to-many field, which stands for its links.
 */
export function findRelation(lookup: ScopeLookup, start: ScopeEntity, name: string): Relation | undefined {
  const dot = name.lastIndexOf('.')
  const link = dot < 0 ? start.field(name)?.options.link : undefined
  const child = lookup.find(link ? link.entity : name.slice(0, Math.max(dot, 0)))
  const reference = link ? link.source : name.slice(dot + 1)
  if (!child) return undefined
  const leadsHere =
    targetOf(lookup, child, reference)?.entity.name === start.entity.name ||
    start.entity.inbound.some((one) => one.isPolymorphic && one.entity === child.entity.name && one.field === reference)
  return leadsHere ? { child, reference } : undefined
}

function relationsOf({ entity }: ScopeEntity): string[] {
  const inbound = entity.inbound.map((one) => `${one.entity}.${one.field}`)
  return [...inbound, ...entity.fields.filter((field) => field.options.link).map((field) => field.name)]
}

/** All that a rule reads, with the entity on which each path starts. */
export function everyRead(
  lookup: ScopeLookup,
  owner: ScopeEntity,
  { reads, related }: Pick<CheckedRule, 'reads' | 'related'>,
): { owner: ScopeEntity; path: string }[] {
  const own = reads.map((path) => ({ owner, path }))
  const others = related.flatMap((one) => {
    const found = findRelation(lookup, owner, one.relation)
    return found ? [{ owner: found.child, path: 'id' }, ...everyRead(lookup, found.child, one)] : []
  })
  return [...own, ...others]
}

export interface Leaf {
  /** The entity that the leaf is on. */
  owner: ScopeEntity
  /** How many references lead to it. */
  steps: number
  name: string
  part: string
  /** undefined: a standard field. */
  field: Field | undefined
}

/** What a path such as `amount.base` or `employer.owner.display_name` ends at. */
export function findLeaf(lookup: ScopeLookup, start: ScopeEntity, path: string): Leaf | undefined {
  const names = path.split('.', MAX_REFERENCE_STEPS + 3)
  if (names.includes('')) return undefined
  let owner = start
  for (let steps = 0; steps <= MAX_REFERENCE_STEPS; steps++) {
    const [name = '', part = '', ...rest] = names.slice(steps)
    const isEnd = rest.length === 0
    if (isEnd && part === '' && hasStandard(owner.entity, name)) return { owner, steps, name, part, field: undefined }
    const field = isEnd ? owner.field(name) : undefined
    if (field && hasPart(field, part)) return { owner, steps, name, part, field }
    const next = part === '' ? undefined : targetOf(lookup, owner, name)
    if (!next) return undefined
    owner = next
  }
  return undefined
}

/** The entity that a path on `current` steps to by this name; undefined when it is no to-one reference. */
export function targetOf(lookup: ScopeLookup, current: ScopeEntity, name: string): ScopeEntity | undefined {
  if (hasStandard(current.entity, name)) {
    const target = Object.hasOwn(STANDARD_TARGETS, name) ? STANDARD_TARGETS[name] : undefined
    return target === undefined ? undefined : lookup.find(target)
  }
  const field = current.field(name)
  const [to] = (field && isToOne(field.type) && field.options.to) || []
  return to === undefined ? undefined : lookup.find(to)
}

const STANDARD_TARGETS: Readonly<Record<string, string>> = {
  created_by: 'system.user',
  updated_by: 'system.user',
  owner: 'system.user',
  owner_team: 'system.team',
}

export function hasStandard(entity: Entity, name: string): boolean {
  if (!STANDARD_FIELDS.some((field) => field.name === name)) return false
  const isOwner = name === 'owner' || name === 'owner_team'
  return !isOwner || entity.ownership === 'user' || entity.ownership === 'team'
}

/** Counts are numbers, sums and averages decimals, the extremes of the child's own type. */
export function rollupType(aggregate: Rollup['aggregate'], childType: RuleType | undefined): RuleType {
  if (aggregate === 'count') return { kind: 'number' }
  if (aggregate === 'sum' || aggregate === 'average') return { kind: 'decimal' }
  return childType ?? { kind: 'decimal' }
}

export function isComputed(field: Field): boolean {
  return field.type === 'formula' || field.type === 'rollup'
}

const costs = new WeakMap<Field, RuleCost>()

/** Of a published version: its formulas are known to be right. */
const resolved = (lookup: ScopeLookup): Computed => ({
  typeOf: (_owner, { options: { rollup, ruleType } }) => (rollup ? rollupType(rollup.aggregate, ruleType) : ruleType),
  costOf(owner, field) {
    const known = costs.get(field)
    if (known) return known
    const checked = checkRule(field.options.rule, entityScope(lookup, owner))
    if (checked.ok) costs.set(field, checked.rule.cost)
    return checked.ok ? checked.rule.cost : undefined
  },
})

function hasPart(field: Field, part: string): boolean {
  if (field.type === 'secret') return false
  return isComputed(field) ? part === '' : field.columns.some((column) => column.part === part)
}

function leafType({ owner, name, part, field }: Leaf, computed: Computed): RuleType | undefined {
  if (!field) return STANDARD_FIELDS.find((one) => one.name === name)?.ruleType
  return isComputed(field)
    ? computed.typeOf(owner, field)
    : field.columns.find((column) => column.part === part)?.ruleType
}

function pathsOf(lookup: ScopeLookup, current: ScopeEntity, steps: number): string[] {
  const standard = STANDARD_FIELDS.map((field) => field.name).filter((name) => hasStandard(current.entity, name))
  const { fields } = current.entity
  const own = fields.flatMap((field) => {
    if (isComputed(field)) return [field.name]
    const parts = field.columns.map((column) => column.part).filter((part) => hasPart(field, part))
    return parts.map((part) => (part === '' ? field.name : `${field.name}.${part}`))
  })
  if (steps === 0) return [...standard, ...own]
  const through = [...standard, ...fields.map((field) => field.name)].flatMap((name) => {
    const target = targetOf(lookup, current, name)
    return target ? pathsOf(lookup, target, steps - 1).map((path) => `${name}.${path}`) : []
  })
  return [...standard, ...own, ...through]
}

const scopes = new WeakMap<ScopeEntity, RuleScope>()
const changes = new WeakMap<ScopeEntity, RuleScope>()

/** What rules on an entity of a published version may read. */
export function entityScope(model: ScopeLookup, entity: ScopeEntity): RuleScope {
  const known = scopes.get(entity)
  if (known) return known
  const made = scopeOf(model, entity)
  scopes.set(entity, made)
  return made
}

/** Of rules that are asked of a change: they may also read what was there before it. */
export function changeScope(model: ScopeLookup, entity: ScopeEntity): RuleScope {
  const made = changes.get(entity) ?? { ...entityScope(model, entity), hasBefore: true }
  changes.set(entity, made)
  return made
}
