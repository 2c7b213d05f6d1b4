// What a path such as `employer.name`, `price.amount` or `created_by.display_name` means on an entity. Used by filters,
// sorts, formulas, aggregates and selections alike, so that a name means the same everywhere.
import { RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import { type Field, type FieldColumn, STANDARD_FIELDS, type SqlType } from '../../sdk/metadata/snapshot.ts'
import type { RuleType } from '../../sdk/rules/types.ts'
import type { EntityModel, Model } from '../catalog/model.ts'

export type Standard = (typeof STANDARD_FIELDS)[number]

/** A step over a to-one reference: the column that holds the id, and the entity it leads to. */
export interface ReferenceStep {
  name: string
  column: string
  target: EntityModel
}

export type Leaf =
  | { kind: 'standard'; standard: Standard }
  | { kind: 'part'; field: Field; column: FieldColumn }
  | { kind: 'formula'; field: Field }
  | { kind: 'rollup'; field: Field }

export interface ResolvedPath {
  path: string
  steps: readonly ReferenceStep[]
  /** The entity that the leaf is on. */
  entity: EntityModel
  leaf: Leaf
  sqlType: SqlType
  ruleType: RuleType
}

const MAX_STEPS = 3
const standards = new Map<string, Standard>(STANDARD_FIELDS.map((field) => [field.name, field]))
const SQL_TYPE_OF_RULE: Readonly<Record<RuleType['kind'], SqlType>> = {
  boolean: 'boolean',
  number: 'float8',
  decimal: 'numeric',
  text: 'text',
  date: 'date',
  instant: 'timestamptz',
  id: 'uuid',
  json: 'jsonb',
  null: 'text',
}

/** undefined when the entity has no such path. */
export function findPath(model: Model, entity: EntityModel, path: string): ResolvedPath | undefined {
  const names = path.split('.')
  const steps: ReferenceStep[] = []
  let current = entity
  for (let index = 0; index < names.length; index++) {
    const rest = names.slice(index)
    const leaf = findLeaf(current, rest)
    if (leaf) return { path, steps, entity: current, ...leaf }
    const step = findStep(model, current, rest[0] ?? '')
    if (!step || rest.length < 2 || steps.length === MAX_STEPS) return undefined
    steps.push(step)
    current = step.target
  }
  return undefined
}

/** @throws RL202 with the nearest name as hint */
export function resolvePath(model: Model, entity: EntityModel, path: string, parameter: string): ResolvedPath {
  const found = findPath(model, entity, path)
  if (found) return found
  throw unknownField(entity, path, parameter)
}

export function unknownField(entity: EntityModel, path: string, parameter: string): RelataError {
  const near = nearest(path, fieldNames(entity))
  return new RelataError('RL202', `${entity.entity.name} has no field “${path}”.`, {
    problems: [
      {
        path: parameter,
        key: 'unknown_field',
        message: `${entity.entity.name} has no field “${path}”`,
        ...(near ? { hint: `Did you mean “${near}”?` } : {}),
      },
    ],
    ...(near ? { hint: `Did you mean “${near}”?` } : {}),
  })
}

/** All names that a path on this entity may start with. */
export function fieldNames(entity: EntityModel): string[] {
  return [...standardNames(entity), ...entity.entity.fields.map((field) => field.name)]
}

/** Standard fields that this entity's table has. */
export function standardNames(entity: EntityModel): string[] {
  return STANDARD_FIELDS.filter((field) => hasStandard(entity, field.name)).map((field) => field.name)
}

export function findStandard(entity: EntityModel, name: string): Standard | undefined {
  return hasStandard(entity, name) ? standards.get(name) : undefined
}

function hasStandard(entity: EntityModel, name: string): boolean {
  const isOwner = name === 'owner' || name === 'owner_team'
  return !isOwner || entity.entity.ownership === 'user' || entity.entity.ownership === 'team'
}

/** The to-one reference of this name: a field that points to one entity, or a standard field that points to a user. */
export function findStep(model: Model, entity: EntityModel, name: string): ReferenceStep | undefined {
  const standard = findStandard(entity, name)
  if (standard) {
    const target = standardTarget(model, name)
    return target && { name, column: standard.column, target }
  }
  const field = entity.field(name)
  const target = field && referenceTarget(model, field)
  const column = field?.columns[0]
  return target && column ? { name: field.name, column: column.column, target } : undefined
}

/** The one entity that a field points to; undefined for fields that are no to-one reference. */
export function referenceTarget(model: Model, field: Field): EntityModel | undefined {
  if (field.type === 'user') return model.find('system.user')
  if (field.type === 'file') return model.find('system.file')
  const isReference = field.type === 'reference' || field.type === 'parent'
  const [name] = field.options.to ?? []
  return isReference && name ? model.find(name) : undefined
}

/** Entities that a polymorphic reference may lead to: those named, or those with one of its traits, or all. */
export function anyTargets(model: Model, field: Field): EntityModel[] {
  const named = field.options.to ?? []
  const traits = field.options.traits ?? []
  return model.all().filter((target) => {
    if (named.length > 0 && named.includes(target.entity.name)) return true
    if (traits.length > 0 && traits.some((trait) => target.hasTrait(trait))) return true
    return named.length === 0 && traits.length === 0 && !target.entity.isLink
  })
}

function standardTarget(model: Model, name: string): EntityModel | undefined {
  if (name === 'created_by' || name === 'updated_by' || name === 'owner') return model.find('system.user')
  return name === 'owner_team' ? model.find('system.team') : undefined
}

function findLeaf(
  entity: EntityModel,
  names: readonly string[],
): Pick<ResolvedPath, 'leaf' | 'sqlType' | 'ruleType'> | undefined {
  const [name = '', part = ''] = names
  if (names.length > 2) return undefined
  const standard = part ? undefined : findStandard(entity, name)
  if (standard) return { leaf: { kind: 'standard', standard }, sqlType: standard.sqlType, ruleType: standard.ruleType }
  const field = entity.field(name)
  if (!field) return undefined
  if (field.type === 'formula' && !part) {
    const ruleType = field.options.ruleType ?? { kind: 'null' }
    return { leaf: { kind: 'formula', field }, ruleType, sqlType: SQL_TYPE_OF_RULE[ruleType.kind] }
  }
  if (field.type === 'rollup' && !part) {
    const ruleType = rollupType(field)
    return { leaf: { kind: 'rollup', field }, ruleType, sqlType: SQL_TYPE_OF_RULE[ruleType.kind] }
  }
  // The whole of a value with parts is ordered and grouped by one of them: money by its base amount.
  const wanted = part || (fieldType(field.type).orderPart?.(field.options) ?? '')
  const column = field.columns.find((candidate) => candidate.part === wanted)
  return column && { leaf: { kind: 'part', field, column }, sqlType: column.sqlType, ruleType: column.ruleType }
}

/** Counts are numbers, sums and averages decimals, the extremes of the child's own type. */
export function rollupType(field: Field): RuleType {
  const rollup = field.options.rollup
  if (rollup?.aggregate === 'count') return { kind: 'number' }
  if (rollup?.aggregate === 'sum' || rollup?.aggregate === 'average') return { kind: 'decimal' }
  return field.options.ruleType ?? { kind: 'decimal' }
}

/** Formula and roll-up values have the type of the rule. */
export function sqlTypeOf(type: RuleType): SqlType {
  return type.isList ? 'text[]' : SQL_TYPE_OF_RULE[type.kind]
}
