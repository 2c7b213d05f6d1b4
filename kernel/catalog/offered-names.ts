// Choices that are names of other things of the tenant: the names become their options, and where a display name shows
// such a choice it reads as the thing's label, since a name such as `base.works_for` is no text for people.
import { textFor } from '../../sdk/fields/label.ts'
import type { Entity, FieldOptions, RelationshipType, Role } from '../../sdk/metadata/snapshot.ts'
import type { Option } from '../../sdk/metadata/source.ts'
import type { Bench } from './bench.ts'
import { isRecord } from './trace.ts'

type OptionsFrom = NonNullable<FieldOptions['optionsFrom']>
type Named = Pick<Entity | Role | RelationshipType, 'name' | 'label'>

/** A rule has a limit (sdk/rules/parse.ts); of more things than this the names themselves are shown. */
const MAX_LABELS = 100

export function offerNames(bench: Bench, things: Readonly<Record<OptionsFrom, readonly Named[]>>): void {
  for (const { entity, fields } of bench.entities) {
    const shown = new Map<string, readonly Option[]>()
    for (const { field } of fields) {
      const { optionsFrom } = field.options
      if (!optionsFrom) continue
      const choices = things[optionsFrom].map(({ name, label }) => ({ value: name, label }))
      field.options = { ...field.options, choices }
      if (field.type === 'choice') for (const name of [field.name, ...field.aliases]) shown.set(name, choices)
    }
    if (shown.size > 0) entity.displayName = labelled(entity.displayName, shown)
  }
}

/** Only where the value itself is the text: what a rule compares stays the name. */
function labelled(rule: unknown, shown: ReadonlyMap<string, readonly Option[]>): unknown {
  if (!isRecord(rule)) return rule
  const { var: path, cat, if: branches } = rule
  const choices = typeof path === 'string' ? shown.get(path) : undefined
  if (choices && choices.length > 0 && choices.length <= MAX_LABELS) return { if: [...cases(rule, choices), rule] }
  if (Array.isArray(cat)) return { cat: cat.map((part: unknown) => labelled(part, shown)) }
  if (!Array.isArray(branches)) return rule
  const isAnswer = (index: number): boolean => index % 2 === 1 || index === branches.length - 1
  return { if: branches.map((part: unknown, index) => (isAnswer(index) ? labelled(part, shown) : part)) }
}

/** Stored once for all readers, so in English where there is English. */
function cases(value: unknown, choices: readonly Option[]): unknown[] {
  return choices.flatMap((option) => [{ '==': [value, option.value] }, textFor(option.label ?? option.value, 'en')])
}
