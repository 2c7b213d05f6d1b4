// Rules compared by what they read and not by how that is called, so that a rename is no change.
import type { Entity } from '../../sdk/metadata/snapshot.ts'

/** The rule with every path beginning with the id of its field. */
export function ruleById(entity: Entity, rule: unknown): unknown {
  if (Array.isArray(rule)) return rule.map((item) => ruleById(entity, item))
  if (typeof rule !== 'object' || rule === null) return rule
  return Object.fromEntries(
    Object.entries(rule).map(([operator, argument]) => [
      operator,
      operator === 'var' && typeof argument === 'string' ? pathById(entity, argument) : ruleById(entity, argument),
    ]),
  )
}

function pathById(entity: Entity, path: string): string {
  const [name = '', ...rest] = path.split('.')
  const field = entity.fields.find((one) => one.name === name || one.aliases.includes(name))
  return [field?.id ?? name, ...rest].join('.')
}
