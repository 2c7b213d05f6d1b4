// What fields that point to records have in common: where they point, and what happens when the target goes.
import type { FieldOptions, InboundReference } from '../../sdk/metadata/snapshot.ts'
import { type Bench, findEntity } from './bench.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'

/** Types whose target is the kernel's. */
const FIXED_TARGETS: Readonly<Record<string, string>> = { user: 'system.user', file: 'system.file' }
const TO_ONE: ReadonlySet<string> = new Set(['reference', 'parent', 'user', 'file'])
export const POLYMORPHIC = 'any_reference'
export const MANY_TO_MANY = 'many_to_many'

export function isToOne(type: string): boolean {
  return TO_ONE.has(type)
}

/**
 * Fill in what the author left out, and refuse what contradicts itself.
 * @param home qualified name of the entity that the field is on
 */
export function referenceOptions(
  bench: Bench,
  home: string,
  type: string,
  values: Record<string, unknown>,
  options: FieldOptions,
): FieldOptions {
  const { problems, trace } = bench
  const fixed = Object.hasOwn(FIXED_TARGETS, type) ? FIXED_TARGETS[type] : undefined
  if (fixed !== undefined) return { onDelete: 'detach', ...options, to: [fixed] }
  if (type === POLYMORPHIC) return { onDelete: 'detach', ...options, to: options.to ?? [] }
  if (type === MANY_TO_MANY) return needOneTarget(bench, values, options)
  if (!isToOne(type)) return options
  // A parent is of the same kind unless the author says otherwise: a tree.
  const pointed = type === 'parent' && options.to === undefined ? { ...options, to: [home] } : options
  const isRequired = values['required'] === true
  if (options.onDelete === 'detach' && isRequired) {
    problems.error(
      trace.member(values, 'on_delete'),
      'bad_option',
      'a required reference cannot be emptied when its target is deleted',
      { hint: 'Use "restrict" or "cascade", or let the field be empty.' },
    )
  }
  return { onDelete: isRequired ? 'restrict' : 'detach', ...needOneTarget(bench, values, pointed) }
}

function needOneTarget(bench: Bench, values: Record<string, unknown>, options: FieldOptions): FieldOptions {
  const written: unknown = values['to']
  if (Array.isArray(written) && written.length > 1) {
    bench.problems.error(
      bench.trace.locate(values, pointer('', 'to')),
      'bad_option',
      'this type points to one entity',
      {
        hint: `Use the type ${POLYMORPHIC} to point to several.`,
      },
    )
  }
  return options.to ? { ...options, to: options.to.slice(0, 1) } : options
}

/** What pickers are narrowed by exists at both ends. */
export function checkMatches(bench: Bench): void {
  for (const draft of bench.entities)
    for (const { field, values } of draft.fields) {
      const target = findEntity(bench, field.options.to?.[0] ?? '')
      if (!field.options.match || !target) continue
      for (const [there, here] of Object.entries(field.options.match)) {
        const missing = [
          ...(target.fields.some((one) => one.field.name === there)
            ? []
            : [`${target.entity.name} has no field “${there}”`]),
          ...(draft.fields.some((one) => one.field.name === here)
            ? []
            : [`${draft.entity.name} has no field “${here}”`]),
        ]
        for (const message of missing)
          bench.problems.error(bench.trace.locate(values, pointer('', 'match')), 'unknown_field', message)
      }
    }
}

/** Which references lead to each entity. */
export function fillInbound(bench: Bench): void {
  const found = new Map<string, InboundReference[]>()
  for (const { entity, fields } of bench.entities) {
    for (const { field } of fields) {
      const isPolymorphic = field.type === POLYMORPHIC
      if (!isPolymorphic && !isToOne(field.type)) continue
      for (const name of isPolymorphic ? polymorphicTargets(bench, field.options) : (field.options.to ?? [])) {
        const target = findEntity(bench, name)?.entity.name ?? name
        const inbound = {
          entity: entity.name,
          field: field.name,
          onDelete: field.options.onDelete ?? 'detach',
          isPolymorphic,
        }
        found.set(target, [...(found.get(target) ?? []), inbound])
      }
    }
  }
  for (const { entity } of bench.entities) entity.inbound = found.get(entity.name) ?? []
}

/** Named entities, and those with one of the traits; neither named: any that is no link and not the kernel's. */
function polymorphicTargets(bench: Bench, options: FieldOptions): string[] {
  const { to = [], traits = [] } = options
  const everything = to.length === 0 && traits.length === 0
  return bench.entities
    .map((draft) => draft.entity)
    .filter((entity) =>
      everything
        ? !entity.isLink && entity.package !== 'system'
        : to.includes(entity.name) || entity.traits.some((trait) => traits.includes(trait)),
    )
    .map((entity) => entity.name)
}
