// JSON Schemas of the records of a tenant, for its OpenAPI description: what is read, what may be written.
import { fieldType } from '../../sdk/fields/index.ts'
import { type Entity, type Field, STANDARD_FIELDS } from '../../sdk/metadata/snapshot.ts'
import type { Text } from '../../sdk/metadata/source.ts'
import type { RuleKind } from '../../sdk/rules/types.ts'
import { hasStandard } from './scope.ts'

export type JsonSchema = Record<string, unknown>

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
export const object = (properties: JsonSchema, required: readonly string[] = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
})
export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items })
const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] })

/** One text for readers of the description, who read English if they can. */
export function plainText(text: Text): string {
  return typeof text === 'string' ? text : (text['en'] ?? Object.values(text)[0] ?? '')
}

/** @returns three schemas: the record, the body that creates one, the body that changes one */
export function entitySchemas(entity: Entity): Record<string, JsonSchema> {
  const readable = entity.fields.filter(isRead)
  const writable = entity.fields.filter((field) => fieldType(field.type).isWritable && !field.readOnly)
  const owners = ['owner', 'owner_team'].filter((name) => hasStandard(entity, name))
  const ownerProperties = Object.fromEntries(owners.map((name) => [name, standardSchema(name)]))
  const bodyProperties = {
    ...Object.fromEntries(writable.map((field) => [field.name, inputSchema(field)])),
    ...ownerProperties,
  }
  const needed = writable.filter((field) => field.required && field.default === undefined).map((field) => field.name)
  const before = ['id', 'version', 'display_name']
  const after = STANDARD_FIELDS.map((field) => field.name).filter(
    (name) => !before.includes(name) && hasStandard(entity, name),
  )
  const record = object(
    {
      ...Object.fromEntries(before.map((name) => [name, standardSchema(name)])),
      ...Object.fromEntries(readable.map((field) => [field.name, outputSchema(field)])),
      ...Object.fromEntries(after.map((name) => [name, standardSchema(name)])),
    },
    before,
  )
  const body = (required: readonly string[]): JsonSchema => ({
    ...object(bodyProperties, required),
    additionalProperties: false,
  })
  const title = plainText(entity.label)
  return {
    [entity.name]: {
      title,
      ...(entity.description === undefined ? {} : { description: plainText(entity.description) }),
      ...record,
    },
    [`${entity.name}.create`]: { title: `${title} to create`, ...body(needed) },
    [`${entity.name}.update`]: { title: `Changes to ${title}`, ...body([]) },
  }
}

function isRead(field: Field): boolean {
  return field.type !== 'many_to_many'
}

/** A secret can be written, and only whether it is set can be read. */
function outputSchema(field: Field): JsonSchema {
  const type = fieldType(field.type)
  if (!type.isReadable) return described(field, { type: 'boolean', readOnly: true })
  const isFixed = !type.isWritable || field.readOnly
  return described(field, { ...nullable(wireSchema(field)), ...(isFixed ? { readOnly: true } : {}) })
}

function inputSchema(field: Field): JsonSchema {
  const schema = wireSchema(field)
  const isSimple = field.default !== undefined && (typeof field.default !== 'object' || field.default === null)
  return described(field, {
    ...(field.required ? schema : nullable(schema)),
    ...(isSimple ? { default: field.default } : {}),
  })
}

function described(field: Field, schema: JsonSchema): JsonSchema {
  return {
    title: plainText(field.label),
    ...(field.help === undefined ? {} : { description: plainText(field.help) }),
    ...schema,
  }
}

/** TypeBox schemas are JSON Schema once their symbols are gone. */
function wireSchema(field: Field): JsonSchema {
  const { ruleType } = field.options
  if (field.type === 'formula' && ruleType)
    return ruleType.isList ? list(RULE_SCHEMAS[ruleType.kind]) : RULE_SCHEMAS[ruleType.kind]
  const copy: unknown = JSON.parse(JSON.stringify(fieldType(field.type).wireSchema(field)))
  return isSchema(copy) ? copy : {}
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const RULE_SCHEMAS: Readonly<Record<RuleKind, JsonSchema>> = {
  boolean: { type: 'boolean' },
  number: { type: 'number' },
  decimal: { type: 'string', format: 'decimal' },
  text: { type: 'string' },
  date: { type: 'string', format: 'date' },
  instant: { type: 'string', format: 'date-time' },
  id: { type: 'string', format: 'uuid' },
  json: {},
  null: { type: 'null' },
}

function standardSchema(name: string): JsonSchema {
  const standard = STANDARD_FIELDS.find((field) => field.name === name)
  if (name === 'version') return { type: 'integer', minimum: 1, readOnly: true }
  const schema = RULE_SCHEMAS[standard?.ruleType.kind ?? 'text']
  if (name === 'id' || name === 'display_name') return { ...schema, readOnly: true }
  if (name === 'owner' || name === 'owner_team') return nullable(schema)
  return { ...nullable(schema), readOnly: true }
}
