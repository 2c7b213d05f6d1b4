// Which records a right reaches, as a condition on the record: a tree that SQL is made of (sql/access-sql.ts) and that
// explains itself. Pure: the actor's own values enter the statement as its inputs, so that actors with equal roles share
// one statement.
import type { Operation, ScopeName } from '../../sdk/metadata/rights.ts'
import type { Field, Role } from '../../sdk/metadata/snapshot.ts'
import { type CheckedRule, checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { isSome, linkOwner, ofOwner, reachOf } from '../catalog/rights.ts'
import { entityScope } from '../catalog/scope.ts'
import { anyTargets, referenceTarget } from './paths.ts'

export type Condition =
  | { kind: 'all' }
  | { kind: 'nothing' }
  | { kind: 'any' | 'every'; items: readonly Condition[] }
  /** Owned within this scope: `own` to `unit`. */
  | { kind: 'owned'; scope: ScopeName }
  /** Shared with the actor for this operation. */
  | { kind: 'shared'; operation: Operation }
  | { kind: 'rule'; rule: CheckedRule }
  /** The reference is empty. */
  | { kind: 'unset'; field: Field }
  /** The reference is set and leads to a record of one of these entities that meets its condition. */
  | { kind: 'leads'; field: Field; targets: readonly { entity: EntityModel; condition: Condition }[] }

export const ALL: Condition = { kind: 'all' }
export const NOTHING: Condition = { kind: 'nothing' }

/** Records that records lead to, that they lead to in turn: further nobody looks, and sees nothing. */
const MAX_DEPTH = 3

/** Whose rights: roles, and of which entities anything is shared with them; where nothing is, nothing need be asked. */
export interface Holder {
  roles: readonly Role[]
  isShared(entity: EntityModel): boolean
}

/** What a right reaches when the roles stand alone, without the rights that it takes for granted. */
export function reachCondition(
  model: Model,
  { roles, isShared }: Holder,
  target: EntityModel,
  operation: Operation,
): Condition {
  const { scope, rules } = reachOf(model, roles, target, operation)
  if (scope === 'all') return ALL
  if (scope === 'none' && rules.length === 0) return NOTHING
  return any([
    ...(scope === 'none' || scope === 'shared' ? [] : [{ kind: 'owned', scope } as const]),
    ...rules.map((rule) => ruleCondition(model, target, rule)),
    ...(isShared(target) && operation !== 'create' && operation !== 'import'
      ? [{ kind: 'shared', operation } as const]
      : []),
  ])
}

/** A rule that no longer holds good reaches nothing. */
function ruleCondition(model: Model, target: EntityModel, rule: unknown): Condition {
  const checked = checkRule(rule, entityScope(model, target), { kind: 'boolean' })
  return checked.ok ? { kind: 'rule', rule: checked.rule } : NOTHING
}

/** Records that may be read, changed …: whoever may change a record may read it. */
export function accessCondition(
  model: Model,
  holder: Holder,
  target: EntityModel,
  operation: Operation,
  depth = 0,
): Condition {
  if (!isSome(reachOf(model, holder.roles, target, operation))) return NOTHING
  const own = reachCondition(model, holder, target, operation)
  const inherited = inheritedCondition(model, holder, target, depth)
  if (operation === 'read') return inherited ? byParents(target, own, inherited) : own
  if (operation === 'create' || operation === 'import')
    return every([own, ...(inherited ? [inherited] : []), ...ofLink(model, holder, target, operation)])
  const read = accessCondition(model, holder, target, 'read', depth)
  return every([read, own, ...ofLink(model, holder, target, operation)])
}

/** A record that hangs on others is as readable as they are; one that hangs on nothing goes by its own right. */
function byParents(target: EntityModel, own: Condition, inherited: Condition): Condition {
  if (own.kind === 'all') return inherited
  const hangs = parentsOf(target)
  if (hangs.some((field) => field.required)) return inherited
  const unset = hangs.map((field): Condition => ({ kind: 'unset', field }))
  return any([every([...unset, own]), every([any(hangs.map((field) => isSet(field))), inherited])])
}

const isSet = (field: Field): Condition => ({ kind: 'leads', field, targets: [] })

const parentsOf = ({ entity }: EntityModel): Field[] =>
  entity.accessFrom.flatMap((name) => entity.fields.find((field) => field.name === name) ?? [])

/** undefined: hangs on nothing. */
function inheritedCondition(model: Model, holder: Holder, target: EntityModel, depth: number): Condition | undefined {
  const parents = parentsOf(target)
  if (parents.length === 0) return undefined
  if (depth >= MAX_DEPTH) return NOTHING
  return every(
    parentConditions(model, holder, target, depth).map(({ field, condition: leads }) => {
      if (leads.kind === 'leads' && leads.targets.length === 0) return ALL
      return field.required ? leads : any([{ kind: 'unset', field }, leads])
    }),
  )
}

/** Each reference that a record hangs by, with what must be so of the record that it leads to. */
export const parentConditions = (
  model: Model,
  holder: Holder,
  target: EntityModel,
  depth: number,
): { field: Field; condition: Condition }[] =>
  parentsOf(target).map((field) => ({
    field,
    condition: leadsTo(model, field, (entity) =>
      // A note on a comment on a file is as far as it goes: what hangs on anything is looked through once.
      depth > 0 && field.type === 'any_reference' && entity.entity.accessFrom.length > 0
        ? NOTHING
        : accessCondition(model, holder, entity, 'read', depth + 1),
    ),
  }))

/** A link is written by who may change the record that its field is on. */
function ofLink(model: Model, holder: Holder, target: EntityModel, operation: Operation): Condition[] {
  const [source] = target.entity.fields
  const owner = target.entity.isLink ? linkOwner(model, target) : undefined
  if (!owner || !source || holder.roles.length === 0) return []
  return [leadsTo(model, source, (entity) => accessCondition(model, holder, entity, ofOwner(operation), 1))]
}

function leadsTo(model: Model, field: Field, conditionOf: (entity: EntityModel) => Condition): Condition {
  const one = referenceTarget(model, field)
  const entities = one ? [one] : anyTargets(model, field)
  const targets = entities.map((entity) => ({ entity, condition: conditionOf(entity) }))
  const reached = targets.filter(({ condition }) => condition.kind !== 'nothing')
  if (reached.length === 0) return NOTHING
  return reached.length === targets.length && reached.every(({ condition }) => condition.kind === 'all')
    ? isSet(field)
    : { kind: 'leads', field, targets: reached }
}

export function any(items: readonly Condition[]): Condition {
  if (items.some((item) => item.kind === 'all')) return ALL
  const left = items.filter((item) => item.kind !== 'nothing')
  const [only] = left
  if (left.length < 2) return only ?? NOTHING
  return { kind: 'any', items: left }
}

export function every(items: readonly Condition[]): Condition {
  if (items.some((item) => item.kind === 'nothing')) return NOTHING
  const left = items.filter((item) => item.kind !== 'all')
  const [only] = left
  if (left.length < 2) return only ?? ALL
  return { kind: 'every', items: left }
}
