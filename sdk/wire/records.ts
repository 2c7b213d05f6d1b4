import type { Text } from '../metadata/source.ts'
// Shapes of the records API (docs/http-api.md), shared by the kernel, the client and the studio.

/** A field's value on the wire; see docs/http-api.md for each type. */
export type WireValue = null | boolean | number | string | readonly WireValue[] | { readonly [key: string]: WireValue }

export interface WireRecord {
  id: string
  version: number
  display_name: string
  [field: string]: WireValue
}

export interface ListAnswer<R = WireRecord> {
  data: readonly R[]
  /** Pass as `cursor` for the rows after these; null at the end. */
  next: string | null
  count?: { value: number; exact: boolean }
}

export interface HistoryAnswer {
  data: readonly HistoryEntry[]
  /** Pass as `before` for the entries before these; null at the beginning. */
  next: number | null
}

export type ActorKind = 'person' | 'key' | 'plugin' | 'system'

export interface HistoryEntry {
  version: number
  at: string
  /** `kind`: a person, an API key, a plugin, or the system itself. */
  by: { id: string; display_name: string; kind: ActorKind } | null
  /** Of a plugin's change: for whom it acted; null: for itself. */
  on_behalf: { id: string; display_name: string } | null
  operation: 'create' | 'update' | 'delete' | 'restore'
  /** Field name → old and new wire values; empty for create. */
  changes: Readonly<Record<string, readonly [WireValue, WireValue]>>
}

export type BatchOperation =
  | { op: 'create'; entity: string; body: Record<string, unknown> }
  | { op: 'update'; entity: string; id: string; version: number; body: Record<string, unknown> }
  | { op: 'delete' | 'restore'; entity: string; id: string; version?: number }

export interface BulkAnswer {
  accepted: number
  rejected: number
  /** At most 1,000; `line` counts from 1 and includes the header; `text` as in a Problem. */
  errors: readonly { line: number; field?: string; message: string; text?: Text; value?: string }[]
}

/** In a refusal with RL217: what one duplicate rule of the entity found. */
export interface Alike {
  /** Name of the rule. */
  rule: string
  on: 'warn' | 'block'
  /** At most 10, of those that the caller may read; the name is empty where it may not be read. */
  records: readonly { id: string; display_name: string }[]
  /** There are more, or some that the caller may not read. */
  hasMore: boolean
}
