// What an index that lists are walked along tells beside its order: who may read the row. Rows that somebody may not
// read are then passed over without being fetched, which costs a fifth (bench `access`).
import type { Entity, Role, SqlType } from '../../sdk/metadata/snapshot.ts'
import { SHARED_WITH } from '../sql/shared-with.ts'

export const hasOwner = ({ ownership }: Pick<Entity, 'ownership'>): boolean =>
  ownership === 'user' || ownership === 'team'

/** Short, whatever they hold: an index of wide rows is slower for everybody. */
const SHORT: ReadonlySet<SqlType> = new Set(['uuid', 'boolean', 'date', 'timestamptz', 'int4', 'float8'])

/** Columns that rights look at: the owner, whom the row is shared with, and what the rules of roles begin from. */
export function coveredColumns(entity: Entity, roles: readonly Role[]): string[] {
  const owner = hasOwner(entity) ? ['owner', 'owner_team'] : ['created_by']
  const names = new Set(roles.flatMap(({ entities }) => readNames(entities[entity.name]?.read)))
  const looked = entity.fields.filter(({ name }) => names.has(name)).flatMap(({ columns }) => columns)
  const short = looked.filter(({ sqlType }) => SHORT.has(sqlType)).map(({ column }) => column)
  return [...new Set(['deleted_at', ...owner, SHARED_WITH, ...short])]
}

/** First steps of all paths of a rule; those of related records among them do no harm. */
function readNames(rule: unknown): string[] {
  if (Array.isArray(rule)) return rule.flatMap(readNames)
  if (typeof rule !== 'object' || rule === null) return []
  return Object.entries(rule).flatMap(([operator, value]) => {
    const path: unknown = operator === 'var' && Array.isArray(value) ? value[0] : value
    return operator === 'var' && typeof path === 'string' ? [path.split('.')[0] ?? ''] : readNames(value)
  })
}
