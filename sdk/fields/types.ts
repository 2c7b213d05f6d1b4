// What a field type is. One file per type in this folder, one line in `index.ts`; everything else is generic.
import type { TProperties, TSchema } from '@sinclair/typebox'
import type { FieldColumn, FieldOptions, SqlType } from '../metadata/snapshot.ts'
import type { RuleType } from '../rules/types.ts'
import type { WireValue } from '../wire/records.ts'

/** One physical column of a type. `key` is '' for a plain value, else the member of the wire object. */
export interface PartSpec {
  key: string
  sqlType: SqlType
  ruleType: RuleType
  /** true: kept by the server; a body may bring it, as one that was read does, and it is ignored (base amount of money). */
  isComputed?: boolean
}

/** A value in the text form that PostgreSQL reads, by part; null = SQL NULL. All null: the field is empty. */
export type StoredParts = Readonly<Record<string, string | null>>

/** Why a value is refused: a phrase that follows the field's label, and the same as a key with numbers for translators. */
export interface Refusal {
  ok: false
  /** Stable, such as `too_small`; the catalogue of texts has a phrase for it. */
  key: string
  message: string
  params?: Record<string, string | number>
}

export type Parsed = { ok: true; parts: StoredParts } | Refusal

/** What a type reads of a field's options: those of the snapshot have it, and those that the browser is told. */
export type ValueOptions = Omit<FieldOptions, 'sequence' | 'rollup'> & { rollup?: { aggregate: string } }

/** What parsing needs of a resolved field; Field, ClientField and a field of a draft satisfy it. */
export interface FieldShape {
  name: string
  type: string
  options: ValueOptions
  /** Either of them: the value stands in an index, whose entries are small. */
  unique?: boolean
  indexed?: boolean
}

/** What is known around a value that is parsed. */
export interface ParseContext {
  /**
   * Wire value that the record has now; null for a new record; absent when the caller does not know. With it, an option
   * that is no longer offered is refused unless the record has it already.
   */
  before?: unknown
}

/** How values are written for people. */
export interface FormatContext {
  /** BCP 47; one that the platform does not know falls back to English. */
  locale: string
  /** IANA name: the zone of the person who reads. */
  timeZone: string
  /** Words in the person's language; English without them. */
  texts?: { yes?: string; no?: string; secret?: string }
  /** ISO 4217, for sums in the tenant's base currency. */
  baseCurrency?: string
}

/** Which editor and cell the studio draws; a new type may reuse one. */
export type Widget =
  | 'text'
  | 'multiline'
  | 'number'
  | 'money'
  | 'percent'
  | 'checkbox'
  | 'date'
  | 'datetime'
  | 'choice'
  | 'choices'
  | 'email'
  | 'phone'
  | 'url'
  | 'address'
  | 'personName'
  | 'json'
  | 'file'
  | 'reference'
  | 'links'
  | 'anyReference'
  | 'secret'
  | 'readonly'

export interface FieldType {
  /** As written in metadata: `text`, `long_text`, `many_to_many`. */
  name: string
  /** Members allowed in metadata beside the common ones (sdk/metadata/source.ts, fieldCommon). */
  properties: TProperties
  /** Columns, given the options; empty for values that are computed or live elsewhere. */
  parts(options: ValueOptions): readonly PartSpec[]
  widget: Widget
  /** false: never in a create or update body (formula, roll-up, auto-number, many-to-many). */
  isWritable: boolean
  /** false: never in a response, a filter or a sort (secret). */
  isReadable: boolean
  /** May the value be a sort key, by the name of its field. */
  isSortable: boolean
  /** Of a sortable value with parts: the part that puts values in order (`base` of money). */
  orderPart?(options: ValueOptions): string
  /** May the value be `unique`: it is stored, and two are equal when their columns are. */
  canBeUnique: boolean
  /** JSON Schema of the wire value, null not included. */
  wireSchema(field: FieldShape): TSchema
  /**
   * Check a wire value (never null) and bring it to its stored form: trimmed, normalised, exact.
   * Pure; runs in the browser before a save and on the server for every write and bulk row. Never throws.
   */
  parse(value: unknown, field: FieldShape, context?: ParseContext): Parsed
  /**
   * Text of a bulk cell (CSV) to a wire value, when it is not simply the text. What it cannot read it returns in a form
   * that `parse` refuses with the reason; null: an empty cell.
   */
  fromText?(text: string, field: FieldShape): unknown
  /** Problems of the options themselves, such as min above max; `path` is `/member` as in FieldOptions. */
  check?(options: ValueOptions): readonly { path: string; message: string }[]
  /** For people, when it is not simply the text; never called with null. Use `formatValue` (format.ts). */
  format?(value: WireValue, field: FieldShape, context: FormatContext): string
}

export type { FieldColumn }
