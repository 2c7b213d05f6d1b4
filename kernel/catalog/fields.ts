// One field of one entity: its type looked up, its members checked by that type, its columns named.
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import type { FieldType } from '../../sdk/fields/types.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { Field, FieldColumn, FieldOptions } from '../../sdk/metadata/snapshot.ts'
import { fieldCommon } from '../../sdk/metadata/source.ts'
import { type Bench, type EntityDraft, type FieldDraft, findEntity } from './bench.ts'
import { qualifiedFieldName } from './identity.ts'
import { humanise } from './naming.ts'
import { optionsOf, snake } from './options.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import { referenceOptions } from './references.ts'
import { isReservedField } from './reserved.ts'
import { checkShape } from './shape.ts'
import { isRecord } from './trace.ts'

const Common = Type.Object(fieldCommon)
const shapes = new Map<string, ReturnType<typeof fieldShape>>()

/** Schema of a field of this type in metadata. */
export function fieldShape(type: FieldType) {
  return Type.Object({ ...fieldCommon, ...type.properties }, { additionalProperties: false })
}

export function findFieldType(name: string): FieldType | undefined {
  return Object.hasOwn(FIELD_TYPES, name) ? FIELD_TYPES[name] : undefined
}

/** Build the fields of an entity into `draft.fields`, in order; what is too faulty becomes absent. */
export function buildFields(bench: Bench, draft: EntityDraft): void {
  buildFieldList(bench, draft, draft.source.fields ?? [])
}

/** The same of fields that stand elsewhere, such as in the form of an action. */
export function buildFieldList(bench: Bench, draft: EntityDraft, list: readonly unknown[]): void {
  for (const values of list) {
    if (!isRecord(values)) continue
    const owner = bench.trace.place(values)?.package ?? draft.entity.package
    const given = values['name']
    const name = typeof given === 'string' ? qualifiedFieldName(owner, draft.entity.package, given) : undefined
    if (values['removed'] === true) {
      if (name) draft.absent.set(name, 'removed')
      continue
    }
    const built = name === undefined ? undefined : buildField(bench, draft, values, owner, name)
    if (name === undefined) bench.problems.error(bench.trace.locate(values), 'missing_member', 'a field needs a "name"')
    if (built) draft.fields.push(built)
    else if (name !== undefined && !draft.fields.some(({ field }) => field.name === name))
      draft.absent.set(name, 'broken')
  }
}

function buildField(
  bench: Bench,
  draft: EntityDraft,
  values: Record<string, unknown>,
  owner: string,
  name: string,
): FieldDraft | undefined {
  const { problems, trace } = bench
  const type = typeOf(bench, values)
  if (!type) return undefined
  const shape = shapes.get(type.name) ?? fieldShape(type)
  shapes.set(type.name, shape)
  if (!checkShape(shape, values, trace, problems) || !Value.Check(Common, values)) return undefined
  const place = trace.member(values, 'name')
  if (isReservedField(name)) {
    problems.error(place, 'reserved_name', `“${name}” is a name that every record has already`)
    return undefined
  }
  if (draft.fields.some(({ field }) => field.name === name)) {
    problems.error(place, 'duplicate_name', `${draft.entity.name} already has a field “${name}”`)
    return undefined
  }
  warnOfTwin(bench, draft, values.name, name, owner)
  const id = values.id ?? `${owner}:${values.name}`
  const field: Field = {
    id,
    name,
    aliases: (values.aliases ?? []).map((alias) => qualifiedFieldName(owner, draft.entity.package, alias)),
    package: owner,
    type: type.name,
    label: values.label ?? humanise(values.name),
    ...(values.help === undefined ? {} : { help: values.help }),
    required: values.required ?? false,
    unique: values.unique ?? false,
    indexed: values.indexed ?? false,
    searchable: values.searchable ?? false,
    readOnly: values.read_only ?? false,
    personal: personalOf(values.personal),
    ...(values.default === undefined || values.default === null ? {} : { default: values.default }),
    columns: [],
    options: referenceOptions(bench, draft.entity.name, type.name, values, optionsOf(bench, values)),
  }
  checkOptions(bench, type, field.options, values)
  if (!type.canBeUnique && field.unique) {
    problems.error(trace.member(values, 'unique'), 'not_unique', `values of type ${type.name} cannot be unique`)
  }
  return { field, type, values, place: trace.locate(values) }
}

/** Give the field its columns and sequence. */
export function nameColumns(bench: Bench, draft: EntityDraft, { field, type }: FieldDraft): void {
  const [only, ...others] = field.options.to ?? []
  const target = only !== undefined && others.length === 0 ? findEntity(bench, only)?.entity.id : undefined
  field.columns = type.parts(field.options).map(
    (part): FieldColumn => ({
      part: part.key,
      column: bench.book.column(draft.entity.id, field.id, field.name, {
        part: part.key,
        sqlType: part.sqlType,
        ...(target !== undefined && part.sqlType === 'uuid' ? { target } : {}),
      }),
      sqlType: part.sqlType,
      ruleType: part.ruleType,
    }),
  )
  if (type.name === 'auto_number') {
    field.options = { ...field.options, sequence: bench.book.sequence(draft.entity.id, field.id, field.name) }
  }
}

function typeOf(bench: Bench, values: Record<string, unknown>): FieldType | undefined {
  const name = values['type']
  if (typeof name !== 'string') {
    bench.problems.error(bench.trace.locate(values), 'missing_member', 'a field needs a "type"')
    return undefined
  }
  const type = findFieldType(name)
  if (type) return type
  const names = Object.keys(FIELD_TYPES)
  bench.problems.error(bench.trace.member(values, 'type'), 'unknown_type', `there is no field type “${name}”`, {
    hint: didYouMean(nearest(name, names)) ?? `Known types: ${names.join(', ')}.`,
  })
  return undefined
}

function checkOptions(bench: Bench, type: FieldType, options: FieldOptions, values: Record<string, unknown>): void {
  for (const problem of type.check?.(options) ?? []) {
    const member = snake(problem.path.replace(/^\//, '').split(/[/.]/)[0] ?? '')
    const written = member === 'choices' ? 'options' : member
    const place = bench.trace.locate(values, Object.hasOwn(values, written) ? pointer('', written) : '')
    bench.problems.error(place, 'bad_option', problem.message)
  }
}

/** A second field beside one of the same name is seldom meant. */
function warnOfTwin(bench: Bench, draft: EntityDraft, written: string, name: string, owner: string): void {
  const twin = written === name ? undefined : draft.fields.find(({ field }) => field.name === written)
  if (!twin) return
  const file = { package: owner, file: twin.place.file, path: '' }
  bench.problems.warn(
    file,
    'second_field',
    `${draft.entity.name} has a field “${written}”; this adds another one, “${name}”`,
    {
      hint: `To change the existing one write "id": "${twin.field.id}" and leave out "type".`,
    },
  )
}

const PERSONAL = ['none', 'identity', 'contact', 'sensitive'] as const
function personalOf(value: string | undefined): Field['personal'] {
  return PERSONAL.find((one) => one === value) ?? 'none'
}

/** Check the default once everything is resolved; a rule is checked with the other rules. */
export function checkDefault(bench: Bench, { field, type, values }: FieldDraft): void {
  const value = field.default
  if (value === undefined || isRule(value)) return
  const place = bench.trace.member(values, 'default')
  if (!type.isWritable) {
    bench.problems.error(place, 'bad_default', `a field of type ${type.name} cannot have a default`)
    return
  }
  const parsed = type.parse(value, field, { before: null })
  if (!parsed.ok) bench.problems.error(place, 'bad_default', `the default is not valid: ${parsed.message}`)
}

export function isRule(value: unknown): value is { rule: unknown } {
  return isRecord(value) && Object.keys(value).length === 1 && Object.hasOwn(value, 'rule')
}
