// Shapes of the answers about who may do what with a record (docs/http-api.md, Access).
import type { FieldRight, Operation, Scope } from '../metadata/rights.ts'
import type { Text } from '../metadata/source.ts'

/** What can be asked of a record that is there. */
export const RECORD_OPERATIONS = ['read', 'update', 'delete', 'export', 'share'] as const satisfies readonly Operation[]
export type RecordOperation = (typeof RECORD_OPERATIONS)[number]

export type Reason =
  /** A role's word, and that it reaches this record. */
  | { kind: 'role'; role: string; label: Text; scope: Scope }
  /** What was shared with them, a team or the partner they belong to. */
  | { kind: 'share'; share: string; with: Principal; access: ShareAccess; until: string | null }

/** Why not: no role says so at all; some do, but not of this record; a record that it hangs on is not readable. */
export type Obstacle = 'role' | 'record' | 'parent'

export interface OperationAccess {
  allowed: boolean
  reasons: readonly Reason[]
  /** Only when it is not allowed. */
  obstacle?: Obstacle
}

export interface Principal {
  entity: string
  id: string
  display_name: string | null
}

export interface AccessAnswer {
  user: { id: string; display_name: string; kind: string }
  operations: Readonly<Record<RecordOperation, OperationAccess>>
  /** Those that they may not edit. */
  fields: readonly { name: string; right: FieldRight }[]
  /** Records that this one hangs on: whoever cannot read them does not read it. */
  parents: readonly { field: string; entity: string; id: string; display_name: string | null; allowed: boolean }[]
}

export interface PeopleAnswer {
  data: readonly {
    id: string
    display_name: string
    kind: string
    operations: readonly RecordOperation[]
    reasons: readonly Reason[]
  }[]
  /** Pass as `cursor` for those after these; null at the end. */
  next: string | null
}

export const SHARE_ACCESS = ['read', 'edit', 'full'] as const
export type ShareAccess = (typeof SHARE_ACCESS)[number]

export interface Share {
  id: string
  with: Principal
  access: ShareAccess
  /** ISO 8601; null: until it is taken back. */
  until: string | null
  created_at: string
  created_by: { id: string; display_name: string } | null
}
