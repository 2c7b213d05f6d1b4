// What every write leaves behind in the same statement: a line of history and an event in the outbox.
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { ident, input, join, literal, type Sql, sql, trusted } from './sql.ts'
import { fieldJson } from './wire-json.ts'

export type ChangeKind = 'create' | 'update' | 'delete' | 'restore'

/** CTEs named `hist` and `event`, over the changed rows in CTE `rows`; `changes` is a jsonb expression. */
export function recordChange(model: Model, entity: EntityModel, kind: ChangeKind, rows: Sql, changes: Sql): Sql[] {
  const { schema } = model.snapshot
  const id = literal(entity.entity.id)
  const history = sql`hist AS (INSERT INTO ${ident(schema, '_history')} (entity, record, version, actor, on_behalf, operation, changes) SELECT ${id}, w.id, w.version, ${actor}, ${onBehalf}, ${literal(kind)}, ${changes} ${rows})`
  const event = sql`event AS (INSERT INTO ${ident(schema, '_outbox')} (entity, record, version, metadata, actor, on_behalf, depth, operation, changed) SELECT ${id}, w.id, w.version, ${metadataVersion(model)}, ${actor}, ${onBehalf}, ${depth}, ${literal(kind)}, ${changedNames(kind, changes)} ${rows})`
  return entity.entity.history ? [history, event] : [event]
}

/** With which version the write was planned: too old a one is refused by a constraint of the outbox. */
export const metadataVersion = (model: Model): Sql => trusted(String(model.version))

/** The person, key, plugin or system that writes. */
export const actor: Sql = input('actor', 'uuid')
/** Of a plugin's write: for whom. */
export const onBehalf: Sql = input('on_behalf', 'uuid')
/** How many hooks of plugins stand between a person and this write. */
export const depth: Sql = sql`COALESCE(${input('depth', 'int4')}, 0)`

const changedNames = (kind: ChangeKind, changes: Sql): Sql =>
  kind === 'update' ? sql`ARRAY(SELECT jsonb_object_keys(${changes}))` : trusted("'{}'::text[]")

/**
 * `{ fieldId: [old, new] }` of the fields that differ between the rows `before` and `after`.
 * Field ids, since names change; a secret is named without its values.
 */
export function differences(fields: readonly Field[], before: string, after: string): Sql {
  const parts = fields.map((field) => {
    const differs = join(
      field.columns.map(({ column }) => sql`${ident(before, column)} IS DISTINCT FROM ${ident(after, column)}`),
      ' OR ',
    )
    const pair = fieldType(field.type).isReadable
      ? sql`jsonb_build_array(${fieldJson(field, before)}, ${fieldJson(field, after)})`
      : sql`'[true, true]'::jsonb`
    return sql`CASE WHEN ${differs} THEN jsonb_build_object(${literal(field.id)}, ${pair}) ELSE '{}'::jsonb END`
  })
  return parts.length === 0 ? sql`'{}'::jsonb` : sql`(${join(parts, ' || ')})`
}
