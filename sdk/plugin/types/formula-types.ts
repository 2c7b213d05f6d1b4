// What formulas and roll-ups yield, found by the checker of the rule language. Where it cannot tell, the value is unknown.
import { fieldType } from '../../fields/index.ts'
import type { RuleType } from '../../rules/index.ts'
import { checkRule } from '../../rules/index.ts'
import { findEntity, type TypedEntity, type TypedField, type TypedModel } from './model.ts'
import { isRecord } from './typed-field.ts'

const STANDARD: Readonly<Record<string, RuleType>> = {
  id: { kind: 'id' },
  version: { kind: 'number' },
  display_name: { kind: 'text' },
  created_at: { kind: 'instant' },
  created_by: { kind: 'id' },
  updated_at: { kind: 'instant' },
  updated_by: { kind: 'id' },
  deleted_at: { kind: 'instant' },
  owner: { kind: 'id' },
  owner_team: { kind: 'id' },
}
/** Formulas that read formulas; a circle, which is a fault, ends here. */
const MAX_DEPTH = 20

export function formulaTypes(model: TypedModel): TypedModel {
  const withType = (entity: TypedEntity, field: TypedField): TypedField => {
    if (field.type !== 'formula' && field.type !== 'rollup') return field
    if (field.options.ruleType) return field
    const ruleType = yieldOf(model, entity, field, 0)
    return ruleType ? { ...field, options: { ...field.options, ruleType } } : field
  }
  return {
    ...model,
    entities: model.entities.map((entity) => ({
      ...entity,
      fields: entity.fields.map((field) => withType(entity, field)),
    })),
  }
}

function yieldOf(model: TypedModel, entity: TypedEntity, field: TypedField, depth: number): RuleType | undefined {
  const { ruleType, rollup, rule } = field.options
  if (ruleType || depth > MAX_DEPTH) return ruleType
  if (field.type === 'rollup') return rollupYield(model, rollup, depth)
  const scope = (from: TypedEntity): Parameters<typeof checkRule>[1] => ({
    typeOf: (path) => typeAt(model, from, path.split('.'), depth),
    paths: () => [],
    relation: (name) => {
      const child = findEntity(model, name.slice(0, Math.max(0, name.lastIndexOf('.'))))
      return child && { scope: scope(child) }
    },
  })
  const checked = checkRule(rule, scope(entity))
  return checked.ok ? checked.rule.type : undefined
}

function rollupYield(model: TypedModel, rollup: unknown, depth: number): RuleType | undefined {
  if (!isRecord(rollup)) return undefined
  const { aggregate, over, field } = rollup
  if (aggregate === 'count') return { kind: 'number' }
  if (aggregate !== 'min' && aggregate !== 'max') return { kind: 'decimal' }
  const child = typeof over === 'string' ? findEntity(model, over.slice(0, over.lastIndexOf('.'))) : undefined
  return child && typeof field === 'string' ? typeAt(model, child, field.split('.'), depth) : undefined
}

function typeAt(model: TypedModel, entity: TypedEntity, path: readonly string[], depth: number): RuleType | undefined {
  const [first = '', ...rest] = path
  if (rest.length === 0 && Object.hasOwn(STANDARD, first)) return STANDARD[first]
  const field = entity.fields.find((one) => one.name === first)
  if (!field) return undefined
  if (field.type === 'formula' || field.type === 'rollup') return yieldOf(model, entity, field, depth + 1)
  const part = fieldType(field.type)
    .parts(field.options)
    .find(({ key }) => key === (rest[0] ?? ''))
  if (part && rest.length <= 1) return part.ruleType
  const target = field.options.to?.length === 1 ? findEntity(model, field.options.to[0] ?? '') : undefined
  return target && rest.length > 0 ? typeAt(model, target, rest, depth) : undefined
}
