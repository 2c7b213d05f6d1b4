// Entities by name, as a client knows them: any with any fields, or those that `relata types` wrote.
import type { WireRecord } from '../wire/records.ts'

export type AnyEntities = Record<string, { read: WireRecord; write: Record<string, unknown> }>

export type EntityOf<T extends object> = keyof T & string
export type ReadOf<T extends object, E extends keyof T> = T[E] extends { read: infer R } ? R : WireRecord
export type WriteOf<T extends object, E extends keyof T> = T[E] extends { write: infer W } ? W : Record<string, unknown>
