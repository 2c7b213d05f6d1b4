// Roles: names of entities and fields found, rules checked, what cannot be said so refused.
import { pointer } from '../../sdk/metadata/pointer.ts'
import { type FieldRight, type Grant, OPERATIONS, type Operation, type Scope } from '../../sdk/metadata/rights.ts'
import type { Role } from '../../sdk/metadata/snapshot.ts'
import type { Grant as GrantSource, RoleSource } from '../../sdk/metadata/source.ts'
import type { Static } from '@sinclair/typebox'
import { type Bench, type EntityDraft, findField, requireEntity } from './bench.ts'
import { reportUnknownField } from './entities.ts'
import type { Thing } from './layers.ts'
import type { Place } from './problems.ts'
import type { RuleBook } from './rule-book.ts'
import { hasStandard } from './scope.ts'

type Written = Static<typeof GrantSource>

export function buildRoles(bench: Bench, book: RuleBook, things: readonly Thing<RoleSource>[]): Role[] {
  return things.map(({ id, name, package: owner, value }) => {
    const entities: Record<string, Grant> = {}
    for (const [written, grant] of Object.entries(value.entities ?? {})) {
      const place = bench.trace.locate(value, pointer('/entities', written))
      const draft = written === '*' ? undefined : requireEntity(bench, written, place)
      if (written !== '*' && !draft) continue
      entities[draft?.entity.name ?? '*'] = draft
        ? { ...scopesOf(bench, book, draft, grant, place), ...fieldsOf(bench, draft, grant, place) }
        : ofEverything(bench, grant, place)
    }
    return {
      id,
      name,
      package: owner,
      label: value.label,
      ...(value.description === undefined ? {} : { description: value.description }),
      administer: value.administer ?? false,
      secondFactor: value.second_factor ?? false,
      entities,
    }
  })
}

const at = (place: Place, member: string): Place => ({ ...place, path: pointer(place.path, member) })

function scopesOf(bench: Bench, book: RuleBook, draft: EntityDraft, grant: Written, place: Place): Grant {
  const scopes: Partial<Record<Operation, Scope>> = {}
  for (const operation of OPERATIONS) {
    const scope = grant[operation]
    if (scope === undefined) continue
    const rulePlace = at(at(place, operation), 'rule')
    if (typeof scope === 'object' && !checkScopeRule(bench, book, draft, scope.rule, rulePlace)) continue
    scopes[operation] = scope
  }
  return scopes
}

/** A right is asked of rows that are being written, too, which no roll-up knows yet. */
function checkScopeRule(bench: Bench, book: RuleBook, draft: EntityDraft, rule: unknown, place: Place): boolean {
  const facts = book.check(draft, rule, place, { kind: 'boolean' })
  if (!facts) return false
  if (facts.rollup === undefined) return true
  bench.problems.error(place, 'bad_rule', `a right cannot depend on the roll-up “${facts.rollup}”`)
  return false
}

function fieldsOf(bench: Bench, draft: EntityDraft, grant: Written, place: Place): Pick<Grant, 'fields'> {
  const fields: Record<string, FieldRight> = {}
  for (const [written, right] of Object.entries(grant.fields ?? {})) {
    const here = at(at(place, 'fields'), written)
    const found = findField(draft, written, here.package)
    if (found) fields[found.field.name] = right
    else if (hasStandard(draft.entity, written)) {
      bench.problems.error(here, 'standard_field', `“${written}” is on every record and has no right of its own`)
    } else if (draft.absent.get(written) !== 'broken') reportUnknownField(bench, draft, written, here)
  }
  return Object.keys(fields).length === 0 ? {} : { fields }
}

function ofEverything(bench: Bench, grant: Written, place: Place): Grant {
  const { fields, ...scopes } = grant
  if (fields !== undefined) {
    bench.problems.error(at(place, 'fields'), 'bad_right', 'fields belong to an entity; “*” names none')
  }
  for (const [operation, scope] of Object.entries(scopes)) {
    if (typeof scope !== 'object') continue
    bench.problems.error(at(place, operation), 'bad_right', 'a rule reads fields of an entity; “*” names none')
  }
  return scopes
}
