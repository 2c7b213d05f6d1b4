// plugin.json, which stands beside the metadata folder of a plugin: with which servers it works and what it asks for.
// Its name and version are those of the package, metadata/package.json. What it does is said by its code (behaviour.ts).
import { type Static, Type } from '@sinclair/typebox'
import { described, EntityName, fieldCommon, Name, Text } from '../metadata/source.ts'

const strict = { additionalProperties: false }
const FieldNames = Type.Array(Name, { minItems: 1, maxItems: 200 })
/** true: all fields, those of later versions of the entity too. */
const Fields = Type.Union([Type.Literal(true), FieldNames])

/** What a plugin may do with the records of an entity, as far as whoever it acts for may. */
export const RecordPermission = Type.Object(
  {
    read: Type.Optional(described(Fields, 'fields; true: all, those of later versions too')),
    create: Type.Optional(described(Fields, 'fields that it sets in new records')),
    update: Type.Optional(described(Fields, 'fields that it changes')),
    delete: Type.Optional(Type.Literal(true, { description: 'to the trash, and out of it' })),
  },
  strict,
)
export type RecordPermission = Static<typeof RecordPermission>

/** A host name as it stands in an address, no port, no wildcard: `api.example.org`. */
export const HostName = Type.String({
  pattern: '^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$',
})

export const Permissions = Type.Object(
  {
    records: Type.Optional(
      Type.Record(EntityName, RecordPermission, {
        description: 'entities of other packages; with those of its own a plugin may do everything',
      }),
    ),
    http: Type.Optional(Type.Array(HostName, { maxItems: 25, description: 'hosts that it calls, by https' })),
    mail: Type.Optional(Type.Literal(true, { description: 'it sends mail' })),
    background: Type.Optional(
      Type.Literal(true, { description: 'after-hooks may act with its own rights, whoever caused them' }),
    ),
  },
  strict,
)
export type Permissions = Static<typeof Permissions>

export const SecretName = Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,39}$' })
/** A text that an administrator enters once. The host puts it into requests; the plugin's code never sees it. */
export const SecretAsked = Type.Object(
  {
    label: described(Text, 'what an administrator is asked for'),
    help: Type.Optional(described(Text, 'where it is found')),
    hosts: Type.Optional(Type.Array(HostName, { maxItems: 25, description: 'where it may be sent; of `http`' })),
  },
  strict,
)
export type SecretAsked = Static<typeof SecretAsked>

/** One entry of the settings form, or of the form of an action: a field as in entities/, without a column. */
export const InputField = Type.Object(fieldCommon, { additionalProperties: true })
export type InputField = Static<typeof InputField>

export const PluginManifest = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    engine: Type.Optional(Type.String({ description: 'versions of Relata that it works with, such as ^0.1.0' })),
    permissions: Type.Optional(Permissions),
    secrets: Type.Optional(Type.Record(SecretName, SecretAsked)),
    settings: Type.Optional(
      Type.Array(InputField, {
        maxItems: 50,
        description: 'a form for administrators, its fields written as in entities/; the code reads `settings.NAME`',
      }),
    ),
  },
  strict,
)
export type PluginManifest = Static<typeof PluginManifest>
