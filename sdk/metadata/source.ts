// The metadata language as its authors write it: one JSON file a thing, in packages. Shapes only; what the shapes
// mean together is decided by the catalog. JSON Schema files for editors are generated from these.
import { FIELD_RIGHTS, SCOPES } from './rights.ts'
import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox'

/** Names of entities, fields and so on within their package. Also the stem of physical names, hence the length. */
export const Name = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$', description: 'lower case letters, digits and _' })
/** `person` within its own package, or `base.person` from anywhere. */
export const EntityName = Type.String({ pattern: '^([a-z][a-z0-9_]{0,39}\\.)?[a-z][a-z0-9_]{0,39}$' })
/** One text, or one text per language tag (BCP 47). */
export const Text = Type.Union([
  Type.String(),
  Type.Record(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]+)*$' }), Type.String(), { additionalProperties: false }),
])
export type Text = Static<typeof Text>
/** A JSON-Logic rule; checked by the rule language with the types of the entity it is on. */
export const Rule = Type.Unknown({ description: 'a JSON-Logic rule' })

/** What a layer may say about an item of an array: who it is, where it stands, that it is gone. */
const layered = {
  id: Type.Optional(
    Type.String({ description: 'stable identity; defaults to the first name. Keep it when renaming.' }),
  ),
  removed: Type.Optional(Type.Boolean({ description: 'true removes the item that a lower layer brought' })),
  before: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
}
export const layeredItem = layered

/** The same shape with words of its own. A copy by hand would have a type that declaration files cannot name. */
export const described = <T extends TSchema>(schema: T, description: string): T => ({ ...schema, description })

export const Option = Type.Object(
  {
    ...layered,
    value: Type.String({ minLength: 1, maxLength: 60 }),
    label: Type.Optional(Text),
    color: Type.Optional(Type.String({ pattern: '^(gray|red|orange|yellow|green|teal|blue|indigo|purple|pink)$' })),
    inactive: Type.Optional(Type.Boolean()),
    if: Type.Optional(Type.Unknown({ description: 'a JSON-Logic rule: offered only to records of which it is true' })),
  },
  { additionalProperties: false },
)
export type Option = Static<typeof Option>

/** Members that a field of every type has; sdk/fields/ adds those of its type. */
export const fieldCommon = {
  ...layered,
  name: Name,
  type: Type.String(),
  label: Type.Optional(Text),
  help: Type.Optional(Text),
  aliases: Type.Optional(Type.Array(Name, { description: 'earlier names that the API still answers to' })),
  required: Type.Optional(Type.Boolean()),
  unique: Type.Optional(Type.Boolean()),
  indexed: Type.Optional(Type.Boolean()),
  searchable: Type.Optional(Type.Boolean()),
  read_only: Type.Optional(Type.Boolean({ description: 'set by the system or by default only' })),
  default: Type.Optional(Type.Unknown({ description: 'a value, or {"rule": …}' })),
  required_if: Type.Optional(Type.Unknown({ description: 'a JSON-Logic rule: when it is true, a value is needed' })),
  read_only_if: Type.Optional(
    Type.Unknown({
      description: 'a JSON-Logic rule: when it is true of the record before the change, the value stays',
    }),
  ),
  visible_if: Type.Optional(Type.Unknown({ description: 'a JSON-Logic rule: forms show the field when it is true' })),
  computed: Type.Optional(
    Type.Unknown({ description: 'a JSON-Logic rule that yields the stored value whenever the record is written' }),
  ),
  personal: Type.Optional(Type.Union(['none', 'identity', 'contact', 'sensitive'].map((value) => Type.Literal(value)))),
}

/** Names a field, or one part of it: `name.family`. */
const FieldPart = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}(\\.[a-z][a-z0-9_]{0,39})?$' })

export const Validation = Type.Object(
  {
    ...layered,
    name: Name,
    rule: Type.Unknown({ description: 'a JSON-Logic rule that must be true of every record that is written' }),
    message: Text,
    field: Type.Optional(Name),
  },
  { additionalProperties: false },
)

export const DuplicateRule = Type.Object(
  {
    ...layered,
    name: Name,
    match: Type.Array(
      Type.Object(
        {
          field: FieldPart,
          how: Type.Optional(Type.Union([Type.Literal('exact'), Type.Literal('normalised')])),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 6 },
    ),
    on: Type.Optional(Type.Union([Type.Literal('warn'), Type.Literal('block')])),
    message: Type.Optional(Text),
  },
  { additionalProperties: false },
)

export const DisplayName = Type.Unknown({ description: 'a field name, or a JSON-Logic rule that yields text' })

export const Unique = Type.Object(
  {
    ...layered,
    name: Name,
    fields: Type.Array(Name, { minItems: 1, maxItems: 8 }),
    message: Type.Optional(Text),
  },
  { additionalProperties: false },
)

const entityBody = {
  label: Type.Optional(Text),
  plural: Type.Optional(Text),
  description: Type.Optional(Text),
  icon: Type.Optional(Type.String({ description: 'a name of the lucide icon set' })),
  ownership: Type.Optional(Type.Union(['none', 'user', 'team', 'tenant'].map((value) => Type.Literal(value)))),
  traits: Type.Optional(Type.Array(Type.String())),
  history: Type.Optional(Type.Boolean()),
  activities: Type.Optional(Type.Boolean()),
  comments: Type.Optional(Type.Boolean()),
  files: Type.Optional(Type.Boolean()),
  search: Type.Optional(Type.Boolean()),
  display_name: Type.Optional(DisplayName),
  fields: Type.Optional(Type.Array(Type.Unknown())),
  uniques: Type.Optional(Type.Array(Unique)),
  validations: Type.Optional(Type.Array(Validation)),
  duplicates: Type.Optional(Type.Array(DuplicateRule)),
  access_from: Type.Optional(
    Type.Array(Name, {
      maxItems: 4,
      description: 'references: a record is as readable as the records that they lead to',
    }),
  ),
}

/** entities/NAME.json that brings a new entity. */
export const EntitySource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    aliases: Type.Optional(Type.Array(EntityName)),
    ...entityBody,
  },
  { additionalProperties: false },
)
/** entities/NAME.json that adds to another package's entity. Items of lists may be parts of what a lower layer brought. */
export const EntityExtension = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    extends: EntityName,
    ...entityBody,
    uniques: Type.Optional(Type.Array(Type.Partial(Unique))),
    validations: Type.Optional(Type.Array(Type.Partial(Validation))),
    duplicates: Type.Optional(Type.Array(Type.Partial(DuplicateRule))),
  },
  { additionalProperties: false },
)

const RelationshipEnd = Type.Object(
  {
    entities: Type.Optional(Type.Array(EntityName)),
    traits: Type.Optional(Type.Array(Type.String())),
    role: Text,
  },
  { additionalProperties: false },
)
/** relationships/NAME.json: a type of the first-class relationship. */
export const RelationshipTypeSource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    label: Text,
    reverse_label: Type.Optional(Text),
    from: RelationshipEnd,
    to: RelationshipEnd,
    symmetric: Type.Optional(Type.Boolean()),
    description: Type.Optional(Text),
  },
  { additionalProperties: false },
)

const FormItem = Type.Object(
  {
    ...layered,
    field: Type.Optional(Type.String()),
    text: Type.Optional(Text),
    related: Type.Optional(
      Type.Object(
        {
          entity: EntityName,
          field: Name,
          view: Type.Optional(Type.String()),
          label: Type.Optional(Text),
        },
        { additionalProperties: false },
      ),
    ),
    width: Type.Optional(Type.Union([Type.Literal('half'), Type.Literal('full')])),
    visible_if: Type.Optional(Rule),
    required_if: Type.Optional(Rule),
    read_only_if: Type.Optional(Rule),
  },
  { additionalProperties: false },
)
const FormSection = Type.Object(
  {
    ...layered,
    id: Type.String(),
    label: Type.Optional(Text),
    columns: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
    visible_if: Type.Optional(Rule),
    collapsed: Type.Optional(Type.Boolean()),
    items: Type.Optional(Type.Array(FormItem)),
  },
  { additionalProperties: false },
)
const FormTab = Type.Object(
  {
    ...layered,
    id: Type.String(),
    label: Type.Optional(Text),
    visible_if: Type.Optional(Rule),
    sections: Type.Optional(Type.Array(FormSection)),
  },
  { additionalProperties: false },
)
/** forms/NAME.json. An entity without a form gets one made from its fields. */
export const FormSource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    entity: EntityName,
    label: Type.Optional(Text),
    facts: Type.Optional(Type.Array(Type.String(), { maxItems: 6, description: 'fields shown under the title' })),
    tabs: Type.Optional(Type.Array(FormTab)),
  },
  { additionalProperties: false },
)

const SortKey = Type.Object(
  { field: Type.String(), direction: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])) },
  { additionalProperties: false },
)
const ViewColumn = Type.Object(
  {
    ...layered,
    field: Type.String(),
    width_px: Type.Optional(Type.Integer({ minimum: 40, maximum: 1000 })),
  },
  { additionalProperties: false },
)
/** views/NAME.json. */
export const ViewSource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    entity: EntityName,
    label: Type.Optional(Text),
    kind: Type.Optional(Type.String({ description: 'grid at this point' })),
    columns: Type.Optional(Type.Array(ViewColumn)),
    filter: Type.Optional(Rule),
    sort: Type.Optional(Type.Array(SortKey)),
    group: Type.Optional(Type.Array(Type.String())),
    default: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/**
 * actions/NAME.json: a button with a form of its own. What it does is said by the code of the plugin whose package this
 * is. `record`: on a record's page; `bulk`: on selected records of a list; `list`: on the list itself.
 */
export const ActionSource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    entity: EntityName,
    label: Text,
    description: Type.Optional(Text),
    icon: Type.Optional(Type.String()),
    on: Type.Array(Type.Union(['record', 'bulk', 'list'].map((value) => Type.Literal(value))), {
      minItems: 1,
      maxItems: 3,
    }),
    input: Type.Optional(
      Type.Array(Type.Unknown(), { maxItems: 50, description: 'fields of the form, as in entities/' }),
    ),
    visible_if: Type.Optional(Rule),
    confirm: Type.Optional(Text),
    /** Shown as a button of its own rather than in the menu. */
    promoted: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/**
 * translations/LANG.json: texts of this or other packages in another language, by where they stand. A path is a file
 * and a JSON pointer in it: `{ "sales": { "entities/lead.json": { "/label": "…", "/fields/status/label": "…" } } }`;
 * items of lists are named by their id.
 */
export const TranslationSource = Type.Object(
  { $schema: Type.Optional(Type.String()) },
  {
    additionalProperties: Type.Record(Type.String(), Type.Record(Type.String(), Type.String()), {
      description: 'files of this package, and in each JSON pointers to texts: "/fields/status/label"',
    }),
  },
)
export type TranslationSource = Static<typeof TranslationSource>

/** apps/NAME.json: what stands in the sidebar. */
export const AppSource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    label: Text,
    icon: Type.Optional(Type.String()),
    description: Type.Optional(Text),
    navigation: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...layered,
            id: Type.String(),
            label: Type.Optional(Text),
            icon: Type.Optional(Type.String()),
            entity: Type.Optional(EntityName),
            view: Type.Optional(Type.String()),
            group: Type.Optional(Text),
          },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
)

/** Each reaches as far as those before it, and further. */
const Scope = Type.Union(
  [
    ...SCOPES.map((scope) => Type.Literal(scope)),
    Type.Object({ rule: Rule }, { additionalProperties: false, description: 'records of which the rule is true' }),
  ],
  {
    description:
      'none; shared: what was shared; own; reports: also of those who report to one; team; team_below: also of teams below; unit: of the organisation unit; all; or {"rule": …}',
  },
)
const FieldRight = Type.Union(FIELD_RIGHTS.map((right) => Type.Literal(right)))
export const Grant = Type.Object(
  {
    create: Type.Optional(Scope),
    read: Type.Optional(Scope),
    update: Type.Optional(Scope),
    delete: Type.Optional(Scope),
    export: Type.Optional(Scope),
    import: Type.Optional(Scope),
    share: Type.Optional(Scope),
    fields: Type.Optional(
      Type.Record(Name, FieldRight, { description: 'rights to single fields; a field that is not named is open' }),
    ),
  },
  { additionalProperties: false },
)
/** roles/NAME.json. `"*"` stands for every entity that the role does not name; `administer` opens metadata and users. */
export const RoleSource = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Name,
    label: Text,
    description: Type.Optional(Text),
    administer: Type.Optional(Type.Boolean()),
    second_factor: Type.Optional(
      Type.Boolean({ description: 'whoever holds it signs in with a second factor, or sets one up first' }),
    ),
    entities: Type.Optional(Type.Record(Type.String(), Grant)),
  },
  { additionalProperties: false },
)

/** package.json of a package folder. */
export const PackageManifest = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Name,
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }),
    label: Text,
    description: Type.Optional(Text),
    requires: Type.Optional(Type.Record(Name, Type.String())),
  },
  { additionalProperties: false },
)

export type EntitySource = Static<typeof EntitySource>
export type EntityExtension = Static<typeof EntityExtension>
export type RelationshipTypeSource = Static<typeof RelationshipTypeSource>
export type FormSource = Static<typeof FormSource>
export type ViewSource = Static<typeof ViewSource>
export type AppSource = Static<typeof AppSource>
export type RoleSource = Static<typeof RoleSource>
export type ActionSource = Static<typeof ActionSource>
export type PackageManifest = Static<typeof PackageManifest>

/** What a layer may say about another package's form, view, app, role or relationship type: any member but its name. */
const extension = <P extends TProperties>(properties: P) =>
  Type.Object(
    { $schema: Type.Optional(Type.String()), extends: EntityName, removed: layered.removed, ...properties },
    { additionalProperties: false },
  )
const optional = <T extends TObject>(schema: T, omitted: readonly string[]): TProperties =>
  Object.fromEntries(
    Object.entries(schema.properties)
      .filter(([name]) => !omitted.includes(name))
      .map(([name, property]) => [name, Type.Optional(property)]),
  )
const identity = ['$schema', 'id', 'name', 'entity']
export const RelationshipTypeExtension = extension(optional(RelationshipTypeSource, identity))
export const FormExtension = extension(optional(FormSource, identity))
export const ViewExtension = extension({
  ...optional(ViewSource, identity),
  columns: Type.Optional(Type.Array(Type.Partial(ViewColumn))),
})
export const AppExtension = extension(optional(AppSource, identity))
export const RoleExtension = extension(optional(RoleSource, identity))
export const ActionExtension = extension(optional(ActionSource, identity))

/** Folder of a package → schemas of the files in it: what brings a new thing, and what (`extends`) changes one. */
export const KINDS = {
  entities: { whole: EntitySource, extension: EntityExtension },
  relationships: { whole: RelationshipTypeSource, extension: RelationshipTypeExtension },
  forms: { whole: FormSource, extension: FormExtension },
  views: { whole: ViewSource, extension: ViewExtension },
  apps: { whole: AppSource, extension: AppExtension },
  roles: { whole: RoleSource, extension: RoleExtension },
  actions: { whole: ActionSource, extension: ActionExtension },
  translations: { whole: TranslationSource, extension: TranslationSource },
} satisfies Record<string, { whole: TSchema; extension: TSchema }>
export type Kind = keyof typeof KINDS

/** A package as it travels and is stored: parsed files by path, `package.json` among them. */
export interface PackageSource {
  name: string
  files: Record<string, unknown>
}
