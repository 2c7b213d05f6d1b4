// A role while it is being changed: what it says of each entity, and what that comes to. Pure: tests compare it with what
// the server makes of the files that come of it.
import {
  FIELD_RIGHTS,
  type FieldRight,
  type Grant,
  OPERATIONS,
  type Operation,
  type Scope,
} from '../../sdk/metadata/rights.ts'
import type { Text } from '../../sdk/metadata/source.ts'
import type { GrantOrigin, WireGrant, WireRoleEntity, WireRoleLayer } from '../../sdk/wire/role.ts'

/** Texts by language tag. */
export type Texts = Readonly<Record<string, string>>

export interface RoleDraft {
  label: Texts
  description: Texts
  administer: boolean
  /** Whoever holds it must have a second factor. */
  secondFactor: boolean
  /** Lines by qualified name; `*` for all other entities. */
  entities: Readonly<Record<string, Grant>>
}

/** What of an entity decides, beside the role itself, how far its rights go. */
export type Target = Pick<WireRoleEntity, 'entity' | 'impossible' | 'everyone'>

export const OTHERS = '*'
/** Key of what is wrong with the right to administer. */
export const ADMINISTER = 'administer'
/** The row of all other entities. */
export const OTHERS_TARGET: Target = { entity: OTHERS, impossible: [], everyone: [] }
const SYSTEM = 'system.'
const DEFAULT_LANGUAGE = 'en'

export const EMPTY: RoleDraft = { label: {}, description: {}, administer: false, secondFactor: false, entities: {} }

const textsOf = (text: Text | undefined): Texts =>
  text === undefined ? {} : typeof text === 'string' ? { [DEFAULT_LANGUAGE]: text } : text

/** Layers put together as publishing does it: the later one decides, fields of a line as a whole. */
export function merged(layers: readonly WireRoleLayer[]): RoleDraft {
  return layers.reduce<RoleDraft>(
    (below, layer) => ({
      label: { ...below.label, ...textsOf(layer.label) },
      description: { ...below.description, ...textsOf(layer.description) },
      administer: layer.administer ?? below.administer,
      secondFactor: layer.secondFactor ?? below.secondFactor,
      entities: {
        ...below.entities,
        ...Object.fromEntries(
          Object.entries(layer.entities).map(([name, grant]) => [name, { ...below.entities[name], ...grant }]),
        ),
      },
    }),
    EMPTY,
  )
}

export const hasLine = ({ entities }: RoleDraft, entity: string): boolean => Object.hasOwn(entities, entity)
const isSystem = (entity: string): boolean => entity.startsWith(SYSTEM)

/** What the role comes to for an entity, and why. */
export function grantOf(draft: RoleDraft, target: Target, operation: Operation): WireGrant {
  if (target.impossible.includes(operation)) return { scope: 'none', from: 'kernel' }
  const own = hasLine(draft, target.entity) ? draft.entities[target.entity] : undefined
  return own ? { scope: own[operation] ?? 'none', from: 'entity' } : inherited(draft, target, operation)
}

function inherited(draft: RoleDraft, { entity, everyone }: Target, operation: Operation): WireGrant {
  if (isSystem(entity)) {
    const from: GrantOrigin = draft.administer ? 'administer' : 'kernel'
    return { scope: draft.administer || everyone.includes(operation) ? 'all' : 'none', from }
  }
  return { scope: draft.entities[OTHERS]?.[operation] ?? 'none', from: entity === OTHERS ? 'entity' : 'others' }
}

export const fieldRightOf = ({ entities }: RoleDraft, entity: string, field: string): FieldRight =>
  entities[entity]?.fields?.[field] ?? 'edit'

export const scopeKey = (scope: Scope): string => (typeof scope === 'string' ? scope : JSON.stringify(scope))
export const isSameScope = (a: Scope, b: Scope): boolean => scopeKey(a) === scopeKey(b)

const withLine = (draft: RoleDraft, entity: string, line: Grant): RoleDraft => ({
  ...draft,
  entities: { ...draft.entities, [entity]: line },
})

/** The entity's own line; where it has none, one that gives what it has been given until now. */
function lineOf(draft: RoleDraft, target: Target): Grant {
  if (hasLine(draft, target.entity)) return draft.entities[target.entity] ?? {}
  return Object.fromEntries(OPERATIONS.map((operation) => [operation, grantOf(draft, target, operation).scope]))
}

export function withGrant(draft: RoleDraft, target: Target, operation: Operation, scope: Scope): RoleDraft {
  if (target.impossible.includes(operation)) return draft
  // A line for all others knows no rules: there is no entity whose fields they could read.
  if (target.entity === OTHERS && typeof scope !== 'string') return draft
  return withLine(draft, target.entity, { ...lineOf(draft, target), [operation]: scope })
}

/** Every operation that can be given. */
export const withRow = (draft: RoleDraft, target: Target, scope: Scope): RoleDraft =>
  OPERATIONS.reduce((made, operation) => withGrant(made, target, operation, scope), draft)

/** One operation of all these entities; of those that follow the line `*`, only that line changes. */
export function withColumn(
  draft: RoleDraft,
  targets: readonly Target[],
  operation: Operation,
  scope: Scope,
): RoleDraft {
  const isWhole = targets.some(({ entity }) => entity === OTHERS)
  return targets
    .filter(({ entity }) => !isWhole || entity === OTHERS || hasLine(draft, entity))
    .reduce((made, target) => withGrant(made, target, operation, scope), draft)
}

export function withField(draft: RoleDraft, target: Target, field: string, right: FieldRight): RoleDraft {
  const line = lineOf(draft, target)
  const { [field]: _, ...others } = line.fields ?? {}
  return withLine(draft, target.entity, { ...line, fields: right === 'edit' ? others : { ...others, [field]: right } })
}

export function withFields(draft: RoleDraft, target: Target, fields: readonly string[], right: FieldRight): RoleDraft {
  return fields.reduce((made, field) => withField(made, target, field, right), draft)
}

/** Follows all other entities again. */
export function withoutLine(draft: RoleDraft, entity: string): RoleDraft {
  const { [entity]: _, ...entities } = draft.entities
  return { ...draft, entities }
}

/** The row as `base` has it. */
export function withRowOf(draft: RoleDraft, base: RoleDraft, { entity }: Target): RoleDraft {
  const line = base.entities[entity]
  return line ? withLine(draft, entity, line) : withoutLine(draft, entity)
}

/** One cell as `base` has it; a line that says no more than the base goes away where the base has none. */
export function withCellOf(draft: RoleDraft, base: RoleDraft, target: Target, operation: Operation): RoleDraft {
  const made = withGrant(draft, target, operation, grantOf(base, target, operation).scope)
  return hasLine(base, target.entity) || differencesIn(base, made, target).length > 0
    ? made
    : withoutLine(made, target.entity)
}

/** What differs in a row: operations, and fields as `fields.NAME`. */
export function differencesIn(a: RoleDraft, b: RoleDraft, target: Target): string[] {
  const operations = OPERATIONS.filter(
    (operation) => !isSameScope(grantOf(a, target, operation).scope, grantOf(b, target, operation).scope),
  )
  const { entity } = target
  const fields = new Set([a, b].flatMap(({ entities }) => Object.keys(entities[entity]?.fields ?? {})))
  const differing = [...fields].filter((field) => fieldRightOf(a, entity, field) !== fieldRightOf(b, entity, field))
  return [...operations, ...differing.map((field) => `fields.${field}`)]
}

/** How many things a person changed; what follows from the line of all others is counted there. */
export function countChanges(before: RoleDraft, after: RoleDraft, targets: readonly Target[]): number {
  const texts = [
    [before.label, after.label],
    [before.description, after.description],
  ].filter(([a, b]) => JSON.stringify(trimmed(a ?? {})) !== JSON.stringify(trimmed(b ?? {})))
  const rows = [OTHERS_TARGET, ...targets].map((target) => changesInRow(before, after, target))
  const switches = [before.administer !== after.administer, before.secondFactor !== after.secondFactor].filter(Boolean)
  return texts.length + switches.length + rows.reduce((sum, one) => sum + one, 0)
}

function changesInRow(before: RoleDraft, after: RoleDraft, target: Target): number {
  const { entity } = target
  if (entity === OTHERS) return differencesIn(before, after, target).length
  const [had, has] = [hasLine(before, entity), hasLine(after, entity)]
  if (!has) return Number(had)
  return had
    ? differencesIn(before, after, target).length
    : Math.max(1, differencesIn(withoutLine(after, entity), after, target).length)
}

/** Without languages in which nothing is said; in the order of their names. */
export function trimmed(texts: Texts): Texts {
  return Object.fromEntries(
    Object.entries(texts)
      .map(([language, text]) => [language, text.trim()] as const)
      .filter(([, text]) => text !== '')
      .toSorted(([a], [b]) => a.localeCompare(b)),
  )
}

export const isFieldRight = (text: string): text is FieldRight => FIELD_RIGHTS.some((right) => right === text)
