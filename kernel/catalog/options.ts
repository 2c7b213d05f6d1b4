// The members of one field type, as an author writes them (snake_case) → FieldOptions, names qualified.
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NumberFormat } from '../../sdk/fields/number-format.ts'
import type { FieldOptions } from '../../sdk/metadata/snapshot.ts'
import { fieldCommon, Option, Rule, Text } from '../../sdk/metadata/source.ts'
import { type Bench, requireEntity } from './bench.ts'
import { humanise } from './naming.ts'
import { isRecord } from './trace.ts'

const COMMON: ReadonlySet<string> = new Set(Object.keys(fieldCommon))
/** Members that a later step turns into something else. */
const TAKEN_ELSEWHERE: ReadonlySet<string> = new Set(['rollup', 'link_fields', 'to', 'options'])

const OptionsShape = Type.Partial(
  Type.Object({
    min: Type.Union([Type.String(), Type.Number()]),
    max: Type.Union([Type.String(), Type.Number()]),
    minLength: Type.Number(),
    maxLength: Type.Number(),
    pattern: Type.String(),
    integer: Type.Boolean(),
    scale: Type.Number(),
    format: NumberFormat,
    currencies: Type.Array(Type.String()),
    rateDate: Type.String(),
    zoned: Type.Boolean(),
    choices: Type.Array(Option),
    to: Type.Array(Type.String()),
    traits: Type.Array(Type.String()),
    onDelete: Type.Union([Type.Literal('restrict'), Type.Literal('detach'), Type.Literal('cascade')]),
    inverseLabel: Text,
    numberPattern: Type.String(),
    rule: Rule,
    accept: Type.Array(Type.String()),
  }),
)

/** `values` has passed the shape check of its type. */
export function optionsOf(bench: Bench, values: Record<string, unknown>): FieldOptions {
  const own = Object.entries(values).filter(([member]) => !COMMON.has(member) && !TAKEN_ELSEWHERE.has(member))
  const options: Record<string, unknown> = Object.fromEntries(own.map(([member, value]) => [camel(member), value]))
  if (Array.isArray(values['options'])) options['choices'] = choicesOf(bench, values['options'])
  const to = values['to']
  if (to !== undefined) options['to'] = targetsOf(bench, values, to)
  return Value.Check(OptionsShape, options) ? options : {}
}

export function camel(member: string): string {
  return member.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

export function snake(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function choicesOf(bench: Bench, items: readonly unknown[]): Option[] {
  const seen = new Set<string>()
  return items.flatMap((item) => {
    if (!isRecord(item) || !Value.Check(Option, item)) return []
    if (seen.has(item.value)) {
      bench.problems.error(
        bench.trace.member(item, 'value'),
        'duplicate_name',
        `the option “${item.value}” stands here twice`,
      )
      return []
    }
    seen.add(item.value)
    return [
      {
        ...(item.id === undefined ? {} : { id: item.id }),
        value: item.value,
        label: item.label ?? humanise(item.value),
        ...(item.color === undefined ? {} : { color: item.color }),
        ...(item.inactive === undefined ? {} : { inactive: item.inactive }),
        ...(item.if === undefined ? {} : { if: item.if }),
      },
    ]
  })
}

function targetsOf(bench: Bench, values: Record<string, unknown>, to: unknown): string[] {
  const names: unknown[] = Array.isArray(to) ? to : [to]
  const found = names.flatMap((name, index) => {
    const place = Array.isArray(to) ? bench.trace.locate(values, `/to/${index}`) : bench.trace.member(values, 'to')
    return typeof name === 'string' ? (requireEntity(bench, name, place)?.entity.name ?? []) : []
  })
  return [...new Set(found)]
}
