// Rules of forms ("visible_if" and the like) over the values on the page, compiled once.
import { checkRule, compileRule, type RuleScope } from '../../sdk/rules/index.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import { readPath } from '../../sdk/wire/read-path.ts'
import { ruleEnvironment } from '../app/session.ts'
import { idOf } from './edit-reference.ts'
import type { HasFields, Values } from './form-values.ts'

type Test = (values: Values) => boolean
const compiled = new WeakMap<object, Test>()

/** @param otherwise when there is no rule, or one that reads what the page does not have */
export function holds(entity: HasFields, rule: unknown, values: Values, otherwise: boolean): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === undefined ? otherwise : rule === true
  const known = compiled.get(rule) ?? compile(entity, rule, otherwise)
  compiled.set(rule, known)
  return known(values)
}

const narrowed = new WeakMap<ClientField, Map<string, ClientField>>()

/** The field with those options that the values on the page allow; the others are as those that are offered no more. */
export function withOptionsOf(entity: HasFields, field: ClientField, values: Values): ClientField {
  const { choices } = field.options
  if (!choices?.some((option) => option.if !== undefined)) return field
  const barred = choices.filter((option) => !holds(entity, option.if, values, true))
  const key = barred.map(({ value }) => value).join('\n')
  const known = narrowed.get(field) ?? new Map<string, ClientField>()
  narrowed.set(field, known)
  const options = choices.map((option) => (barred.includes(option) ? { ...option, inactive: true } : option))
  const made = known.get(key) ?? { ...field, options: { ...field.options, choices: options } }
  known.set(key, made)
  return made
}

/** Which records a reference offers, as a filter of their list; undefined: all. */
export function offeredRecords({ options: { match = {} } }: ClientField, values: Values): unknown {
  const wanted = Object.entries(match).flatMap(([there, here]) => {
    const value = idOf(values[here]) || values[here]
    return value === null || value === undefined ? [] : [{ '==': [{ var: there }, value] }]
  })
  return wanted.length > 1 ? { and: wanted } : wanted[0]
}

function compile(entity: HasFields, rule: object, otherwise: boolean): Test {
  const checked = checkRule(rule, scopeOf(entity), { kind: 'boolean' })
  if (!checked.ok) return () => otherwise
  const run = compileRule<Values>(checked.rule, (path) => (values) => readPath(values, path))
  return (values) => run(values, ruleEnvironment()) === true
}

function scopeOf(entity: HasFields): RuleScope {
  return {
    typeOf: (path) => {
      const [name, part = ''] = path.split('.')
      const field = entity.fields.find((one) => one.name === name)
      if (!field) return undefined
      const computed = field.options.ruleType
      if (computed) return computed
      return fieldType(field.type)
        .parts(field.options)
        .find((one) => one.key === part)?.ruleType
    },
    paths: () => entity.fields.map((field) => field.name),
  }
}
