// The settings form of a plugin: fields written as in entities/, without a record behind them. Values are checked by the
// type of their field and kept as they travel, which is how the plugin's code reads them. Pure.
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Problem } from '../../sdk/errors.ts'
import { VALUE_TYPES } from '../../sdk/fields/form-types.ts'
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import type { FieldShape, FieldType } from '../../sdk/fields/types.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import { shapeFault } from '../../sdk/metadata/shape-fault.ts'
import { fieldCommon, Option } from '../../sdk/metadata/source.ts'
import type { InputField } from '../../sdk/plugin/manifest.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'

interface FormField {
  shape: FieldShape
  input: InputField
  type: FieldType
  isRequired: boolean
  initial: unknown
}
export interface Form {
  fields: readonly FormField[]
  problems: readonly Problem[]
}

/** @param path of the list within its file */
export function readForm(inputs: readonly InputField[] = [], path = '/settings'): Form {
  const fields: FormField[] = []
  const problems: Problem[] = []
  for (const [index, input] of inputs.entries()) {
    const at = pointer(path, index)
    const type = VALUE_TYPES.includes(input.type) ? FIELD_TYPES[input.type] : undefined
    if (!type) {
      problems.push(unknownType(at, input.type))
      continue
    }
    const schema = Type.Object({ ...fieldCommon, ...type.properties }, { additionalProperties: false })
    const faults = [...Value.Errors(schema, input)].map((error) => shapeFault(error))
    problems.push(...faults.map(({ path: below, key, message, hint }) => problem(`${at}${below}`, key, message, hint)))
    if (faults.length > 0) continue
    if (fields.some(({ shape }) => shape.name === input.name)) {
      problems.push(problem(pointer(at, 'name'), 'duplicate_name', `there are two fields “${input.name}”`))
      continue
    }
    const shape: FieldShape = { name: input.name, type: input.type, options: optionsOf(input) }
    const field = { shape, input, type, isRequired: input.required ?? false, initial: input.default ?? null }
    const parsed = field.initial === null ? undefined : type.parse(field.initial, shape, { before: null })
    if (parsed && !parsed.ok)
      problems.push(problem(pointer(at, 'default'), 'bad_default', `the default is not valid: ${parsed.message}`))
    fields.push(field)
  }
  return { fields, problems }
}

function unknownType(at: string, type: string): Problem {
  const hint =
    type === 'secret'
      ? 'Texts that nobody may read belong into "secrets" of plugin.json.'
      : (didYouMean(nearest(type, VALUE_TYPES)) ?? `Known here: ${VALUE_TYPES.join(', ')}.`)
  return problem(pointer(at, 'type'), 'unknown_type', `a form has no fields of type “${type}”`, hint)
}

const problem = (path: string, key: string, message: string, hint?: string): Problem => ({
  path,
  key,
  message,
  ...(hint === undefined ? {} : { hint }),
})

const COMMON: ReadonlySet<string> = new Set(Object.keys(fieldCommon))

/** As the catalog does it for fields of entities. */
function optionsOf(input: InputField): FieldShape['options'] {
  const own = Object.entries(input).filter(([member]) => !COMMON.has(member) && member !== 'options')
  const options = Object.fromEntries(
    own.map(([member, value]) => [member.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]),
  )
  const choices = 'options' in input && Array.isArray(input['options']) ? input['options'] : undefined
  return choices ? { ...options, choices: choices.filter((one) => Value.Check(Option, one)) } : options
}

/** As pages draw it. @param owner the plugin */
export function clientForm({ fields }: Form, owner: string): ClientField[] {
  return fields.map(({ shape, input, type: { widget }, isRequired, initial }) => {
    const { name, type } = shape
    // What only columns have.
    const { rollup: _rollup, ...options } = shape.options
    return {
      ...{ name, type, options, widget, package: owner, label: input.label ?? name },
      ...(input.help === undefined ? {} : { help: input.help }),
      ...(initial === null ? {} : { default: initial }),
      required: isRequired,
      ...{ unique: false, searchable: false, readOnly: false, personal: 'none' },
      ...{ isWritable: true, isReadable: true, isSortable: false },
    }
  })
}

export type Settings = Readonly<Record<string, unknown>>

/** @returns the values to keep, those that are empty left out, or what is wrong with them */
export function readSettings({ fields }: Form, values: Readonly<Record<string, unknown>>): Settings | Problem[] {
  const problems: Problem[] = []
  const kept: Record<string, unknown> = {}
  const names = fields.map(({ shape }) => shape.name)
  for (const name of Object.keys(values))
    if (!names.includes(name))
      problems.push(problem(pointer('', name), 'unknown_field', 'is not known here', didYouMean(nearest(name, names))))
  for (const { shape, type, isRequired } of fields) {
    const value = values[shape.name]
    const parsed = value === undefined || value === null ? undefined : type.parse(value, shape, { before: null })
    if (parsed && !parsed.ok) {
      const { key, message, params } = parsed
      problems.push({ path: pointer('', shape.name), key, message, ...(params ? { params } : {}) })
    } else if (parsed && Object.values(parsed.parts).some((part) => part !== null)) kept[shape.name] = value
    else if (isRequired) problems.push(problem(pointer('', shape.name), 'required', 'is required'))
  }
  return problems.length > 0 ? problems : kept
}

/** What a version begins with: values that it still knows, and its defaults for the others. */
export function carriedSettings({ fields }: Form, before: Settings): Settings {
  return Object.fromEntries(
    fields.flatMap(({ shape, type, initial }) => {
      const value = before[shape.name] ?? initial
      return value !== null && type.parse(value, shape, { before: null }).ok ? [[shape.name, value]] : []
    }),
  )
}
