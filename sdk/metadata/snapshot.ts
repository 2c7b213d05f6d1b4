// The resolved metadata of one tenant: what every room reads. Plain frozen data, so that it can be stored as JSON.
// Everything an author may leave out is filled in here; names are qualified (`base.person`).
import type { NumberFormat } from '../fields/number-format.ts'
import type { Grant } from './rights.ts'
import type { Option, Text } from './source.ts'
import type { RuleType } from '../rules/types.ts'

export interface Snapshot {
  tenant: string
  /** PostgreSQL schema of the tenant. */
  schema: string
  version: number
  packages: readonly { name: string; version: string; label: Text }[]
  entities: readonly Entity[]
  relationships: readonly RelationshipType[]
  forms: readonly Form[]
  views: readonly View[]
  apps: readonly App[]
  roles: readonly Role[]
  /** Absent in versions from before there were any. */
  actions?: readonly Action[]
  /** Languages that any text of the packages has. */
  locales: readonly string[]
  /** ISO 4217 code in which amounts of several currencies are summed. */
  baseCurrency: string
}

export type Ownership = 'none' | 'user' | 'team' | 'tenant'

export interface Entity {
  /** `package:name` at birth; never changes. */
  id: string
  /** `base.person`. */
  name: string
  package: string
  aliases: readonly string[]
  label: Text
  plural: Text
  description?: Text
  icon: string
  /** Physical table; never changes. */
  table: string
  ownership: Ownership
  traits: readonly string[]
  history: boolean
  activities: boolean
  comments: boolean
  files: boolean
  search: boolean
  /** JSON-Logic rule that yields the text stored in `display_name`. */
  displayName: unknown
  /** In order; the standard fields (STANDARD_FIELDS) are not repeated here. */
  fields: readonly Field[]
  uniques: readonly Unique[]
  /** What must be true of every record that is written. */
  validations: readonly Validation[]
  /** Which records are taken to be the same thing twice. */
  duplicates: readonly DuplicateRule[]
  /** Roll-ups of other entities that this entity's changes move: filled by the catalog. */
  feeds: readonly RollupFeed[]
  /** References of other entities to this one: filled by the catalog. */
  inbound: readonly InboundReference[]
  /** The link entity of a many-to-many field; hidden in navigation. */
  isLink: boolean
  /** Reference fields: a record is as readable as what they lead to, all of them that are set. */
  accessFrom: readonly string[]
}

export interface Unique {
  id: string
  name: string
  /** Field names. */
  fields: readonly string[]
  message?: Text
  /** Physical index. */
  index: string
}

export interface Validation {
  id: string
  name: string
  /** JSON-Logic rule; must yield true. */
  rule: unknown
  message: Text
  /** Field that the problem is shown at; absent: the record as a whole. */
  field?: string
}

export interface DuplicateRule {
  id: string
  name: string
  /** Two records are alike when each of these values is filled in both and the same. */
  match: readonly DuplicateMatch[]
  on: 'warn' | 'block'
  message?: Text
}

export interface DuplicateMatch {
  /** Name of the field, and the part of a value with parts: `name`, `family`. */
  field: string
  part: string
  how: 'exact' | 'normalised'
}

export interface FieldColumn {
  /** '' for a plain field, else the part: `amount`, `currency`. */
  part: string
  /** Physical column; never changes. */
  column: string
  sqlType: SqlType
  ruleType: RuleType
}

export type SqlType =
  | 'text'
  | 'text[]'
  | 'float8'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'uuid'
  | 'jsonb'
  | 'int4'

export interface Field {
  /** `package:name` at birth; never changes. */
  id: string
  name: string
  aliases: readonly string[]
  package: string
  type: string
  label: Text
  help?: Text
  required: boolean
  unique: boolean
  indexed: boolean
  searchable: boolean
  readOnly: boolean
  personal: 'none' | 'identity' | 'contact' | 'sensitive'
  /** A wire value, or `{ rule }`. Absent: none. */
  default?: unknown
  /** Rules that hold wherever a value comes from. */
  requiredIf?: unknown
  readOnlyIf?: unknown
  /** Of forms only: what is hidden keeps its value. */
  visibleIf?: unknown
  /** Rule that yields the stored value at every write of the record; levels are worked out from 0 upwards. */
  computed?: { rule: unknown; level: number }
  /** Physical columns; empty for formula, roll-up and many-to-many. */
  columns: readonly FieldColumn[]
  /** Members of this type only, as its file in sdk/fields/ declares them, names qualified. */
  options: FieldOptions
}

/** The options of all types together; each type's file says which of them it has. */
export interface FieldOptions {
  min?: string | number
  max?: string | number
  minLength?: number
  maxLength?: number
  pattern?: string
  integer?: boolean
  /** Digits after the point. */
  scale?: number
  /** How numbers are written for people. */
  format?: NumberFormat
  currencies?: readonly string[]
  /** Field whose date picks the currency rate; absent: today. */
  rateDate?: string
  zoned?: boolean
  choices?: readonly Option[]
  /** Choices that are names of other things of the tenant. */
  optionsFrom?: 'roles' | 'relationship_types' | 'entities'
  /** Reference, parent, many-to-many, polymorphic: qualified entity names; polymorphic may be empty = any with `traits`. */
  to?: readonly string[]
  traits?: readonly string[]
  onDelete?: 'restrict' | 'detach' | 'cascade'
  /** Label of the list of these records on the record they point to. */
  inverseLabel?: Text
  /** Field of the target → field of this record: pickers offer what has the same value. */
  match?: Readonly<Record<string, string>>
  /** Many-to-many: the generated link entity, and its two reference fields. */
  link?: { entity: string; source: string; target: string }
  /** Auto-number, such as `INV-{YYYY}-{00000}`. */
  numberPattern?: string
  /** Physical sequence of an auto-number. */
  sequence?: string
  /** Formula: the rule and what it yields. */
  rule?: unknown
  ruleType?: RuleType
  rollup?: Rollup
  accept?: readonly string[]
}

export interface Rollup {
  /** Child entity, and its reference field to this entity. */
  entity: string
  reference: string
  aggregate: 'count' | 'sum' | 'min' | 'max' | 'average'
  /** Field path on the child; absent for count. */
  field?: string
  filter?: unknown
  /** Side table `<table>__rollup` and the columns in it: value, or sum and count of an average. */
  table: string
  columns: readonly { column: string; sqlType: SqlType; holds: 'count' | 'sum' | 'min' | 'max' }[]
}

export interface RollupFeed {
  /** The parent entity, and its roll-up field. */
  entity: string
  field: string
}

export interface InboundReference {
  entity: string
  field: string
  onDelete: 'restrict' | 'detach' | 'cascade'
  isPolymorphic: boolean
}

export interface RelationshipEnd {
  entities: readonly string[]
  traits: readonly string[]
  role: Text
}
export interface RelationshipType {
  id: string
  name: string
  package: string
  label: Text
  reverseLabel: Text
  from: RelationshipEnd
  to: RelationshipEnd
  symmetric: boolean
}

export interface FormItem {
  id: string
  field?: string
  text?: Text
  related?: { entity: string; field: string; view?: string; label?: Text }
  width: 'half' | 'full'
  visibleIf?: unknown
  requiredIf?: unknown
  readOnlyIf?: unknown
}
export interface FormSection {
  id: string
  label?: Text
  columns: number
  collapsed: boolean
  visibleIf?: unknown
  items: readonly FormItem[]
}
export interface FormTab {
  id: string
  label?: Text
  visibleIf?: unknown
  sections: readonly FormSection[]
}
export interface Form {
  id: string
  name: string
  package: string
  entity: string
  label: Text
  facts: readonly string[]
  tabs: readonly FormTab[]
}

export interface View {
  id: string
  name: string
  package: string
  entity: string
  label: Text
  kind: string
  columns: readonly { field: string; widthPx?: number }[]
  filter?: unknown
  sort: readonly { field: string; direction: 'asc' | 'desc' }[]
  group: readonly string[]
  isDefault: boolean
}

export interface App {
  id: string
  name: string
  package: string
  label: Text
  icon: string
  description?: Text
  navigation: readonly { id: string; label: Text; icon: string; entity: string; view?: string; group?: Text }[]
}

/** A button that a plugin's code stands behind. */
export interface Action {
  id: string
  /** `sales.win`. */
  name: string
  package: string
  entity: string
  label: Text
  description?: Text
  icon: string
  on: readonly ('record' | 'bulk' | 'list')[]
  /** Fields of its form: no columns, no computing. */
  input: readonly Field[]
  /** Offered for records of which this is true. */
  visibleIf?: unknown
  confirm?: Text
  isPromoted: boolean
}

export type { FieldRight, Grant, Operation, Scope, ScopeName } from './rights.ts'
export interface Role {
  id: string
  name: string
  package: string
  label: Text
  description?: Text
  administer: boolean
  /** Whoever holds it must have a second factor. */
  secondFactor: boolean
  /** By qualified entity name, or `*` for those that are not named. */
  entities: Readonly<Record<string, Grant>>
}

/** Columns that every entity table has, with the names the API and rules use. */
export const STANDARD_FIELDS = [
  { name: 'id', column: 'id', sqlType: 'uuid', ruleType: { kind: 'id' } },
  { name: 'version', column: 'version', sqlType: 'int4', ruleType: { kind: 'number' } },
  { name: 'display_name', column: 'display_name', sqlType: 'text', ruleType: { kind: 'text' } },
  { name: 'created_at', column: 'created_at', sqlType: 'timestamptz', ruleType: { kind: 'instant' } },
  { name: 'created_by', column: 'created_by', sqlType: 'uuid', ruleType: { kind: 'id' } },
  { name: 'updated_at', column: 'updated_at', sqlType: 'timestamptz', ruleType: { kind: 'instant' } },
  { name: 'updated_by', column: 'updated_by', sqlType: 'uuid', ruleType: { kind: 'id' } },
  { name: 'deleted_at', column: 'deleted_at', sqlType: 'timestamptz', ruleType: { kind: 'instant' } },
  { name: 'owner', column: 'owner', sqlType: 'uuid', ruleType: { kind: 'id' } },
  { name: 'owner_team', column: 'owner_team', sqlType: 'uuid', ruleType: { kind: 'id' } },
] as const satisfies readonly { name: string; column: string; sqlType: SqlType; ruleType: RuleType }[]
