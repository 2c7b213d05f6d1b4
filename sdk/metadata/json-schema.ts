// JSON Schema files for editors, made from the same TypeBox schemas that the catalog checks with. An author who writes
// "$schema": "…/sdk/schemas/entity.json" gets completion and underlined mistakes before any publish.
import { type TSchema, Type } from '@sinclair/typebox'
import { FIELD_TYPES } from '../fields/index.ts'
import type { FieldType } from '../fields/types.ts'
import { PluginManifest } from '../plugin/manifest.ts'
import { fieldCommon, KINDS, type Kind, PackageManifest } from './source.ts'

const DIALECT = 'http://json-schema.org/draft-07/schema#'
/** File of sdk/schemas/ for each folder of a package. */
export const SCHEMA_FILES: Readonly<Record<Kind, string>> = {
  entities: 'entity.json',
  relationships: 'relationship.json',
  forms: 'form.json',
  views: 'view.json',
  apps: 'app.json',
  roles: 'role.json',
  actions: 'action.json',
  translations: 'translation.json',
}

/** @returns contents by file name; equal sources give equal bytes */
export function metadataSchemas(): Record<string, string> {
  const schemas = Object.entries(KINDS).map(([kind, { whole, extension }]) => {
    const name = Object.entries(SCHEMA_FILES).find(([known]) => known === kind)?.[1] ?? `${kind}.json`
    const either = [plain(whole), plain(extension)]
    const shaped = kind === 'entities' ? either.map(withFields) : either
    return [
      name,
      { title: `Relata ${name.replace('.json', '')}`, if: { required: ['extends'] }, then: shaped[1], else: shaped[0] },
    ] as const
  })
  const all = [
    ...schemas,
    ['package.json', { title: 'Relata package', ...plain(PackageManifest) }] as const,
    ['plugin.json', { title: 'Relata plugin', ...plain(PluginManifest) }] as const,
  ]
  return Object.fromEntries(all.map(([name, schema]) => [name, text({ $schema: DIALECT, ...shareProperties(schema) })]))
}

type JsonObject = Record<string, unknown>

/** TypeBox schemas are JSON Schema once their symbols are gone. */
function plain(schema: TSchema): JsonObject {
  const copy: unknown = JSON.parse(JSON.stringify(schema))
  return isObject(copy) ? copy : {}
}

/** Say of each field what its type allows; without a type it is a change to a field of a lower layer. */
function withFields(entity: JsonObject): JsonObject {
  const properties = isObject(entity['properties']) ? entity['properties'] : {}
  const types = Object.values(FIELD_TYPES)
  const byType = types.map((type) => ({
    if: { properties: { type: { const: type.name } }, required: ['type'] },
    then: fieldOf(type),
  }))
  const items = {
    type: 'object',
    properties: { type: { enum: types.map((type) => type.name) } },
    anyOf: [{ required: ['name'] }, { required: ['id'] }],
    allOf: byType,
  }
  return { ...entity, properties: { ...properties, fields: { type: 'array', items } } }
}

function fieldOf(type: FieldType): JsonObject {
  return plain(Type.Object({ ...fieldCommon, ...type.properties }, { additionalProperties: false }))
}

/** Shorter than this a schema is no longer than the reference to it. */
const WORTH_SHARING = 60

/** Schemas of properties that stand there several times, once under `definitions`: 27 types of field share most of them. */
function shareProperties(schema: JsonObject): JsonObject {
  const uses = new Map<string, number>()
  for (const [, property] of propertiesWithin(schema)) {
    const key = JSON.stringify(property)
    uses.set(key, (uses.get(key) ?? 0) + 1)
  }
  const names = new Map<string, string>()
  for (const [name, property] of propertiesWithin(schema)) {
    const key = JSON.stringify(property)
    if (names.has(key) || key.length < WORTH_SHARING || uses.get(key) === 1) continue
    const taken = new Set(names.values())
    names.set(key, taken.has(name) ? `${name}_${taken.size}` : name)
  }
  const definitions = Object.fromEntries(
    [...names].map(([key, name]) => [name, refer(JSON.parse(key), names)] as const),
  )
  return { ...members(schema, names), ...(names.size > 0 ? { definitions } : {}) }
}

/** Every member of a `properties`, wherever it stands. */
function propertiesWithin(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(propertiesWithin)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([member, item]) => {
    const own = member === 'properties' && isObject(item) ? Object.entries(item) : []
    return [...own, ...propertiesWithin(item)]
  })
}

/** The value with shared properties replaced by references; it is not replaced itself. */
function refer(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => refer(item, names))
  return isObject(value) ? members(value, names) : value
}

function members(value: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([member, item]) => [
      member,
      member === 'properties' && isObject(item)
        ? Object.fromEntries(
            Object.entries(item).map(([name, one]) => [name, reference(one, names) ?? refer(one, names)]),
          )
        : refer(item, names),
    ]),
  )
}

function reference(property: unknown, names: ReadonlyMap<string, string>): JsonObject | undefined {
  const name = names.get(JSON.stringify(property))
  return name === undefined ? undefined : { $ref: `#/definitions/${name}` }
}

function text(schema: JsonObject): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
