// References that a write sets must lead to live records that its writer may read: else they would tell what there is. The check locks the target against being trashed meanwhile
// (trashing takes FOR UPDATE, which waits for FOR KEY SHARE), in the same statement as the write.
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Rights } from '../plan/rights.ts'
import { eyesOf } from './access-sql.ts'
import { ident, input, join, type Sql, sql, trusted } from './sql.ts'

/** A reference that the body sets: which field, where it leads, and the input that holds the id. */
export interface SetReference {
  field: string
  target: EntityModel
  inputName: string
}

export interface ReferenceChecks {
  ctes: readonly Sql[]
  /** True when every target is live. */
  condition: Sql
}

export function checkReferences(model: Model, references: readonly SetReference[], rights: Rights): ReferenceChecks {
  const eyes = eyesOf(model, rights)
  const ctes = references.map(({ target, inputName }, index) => {
    const seen = eyes(target, 't')
    return sql`${ident(`ref${index}`)} AS (SELECT t.id FROM ${ident(model.snapshot.schema, target.entity.table)} AS t WHERE t.id = ${input(inputName, 'uuid')} AND t.deleted_at IS NULL${seen ? sql` AND ${seen}` : sql``} FOR KEY SHARE)`
  })
  const conditions = references.map((_, index) => sql`EXISTS (SELECT 1 FROM ${ident(`ref${index}`)})`)
  return { ctes, condition: conditions.length === 0 ? trusted('TRUE') : join(conditions, ' AND ') }
}

/** Which of the set references lead nowhere: asked only after a write found one missing. Rows of field names. */
export function missingReferences(model: Model, references: readonly SetReference[], rights: Rights): Sql {
  const eyes = eyesOf(model, rights)
  const checks = references.map(({ field, target, inputName }) => {
    const seen = eyes(target, 't')
    return sql`SELECT ${input(`name:${field}`, 'text')} WHERE NOT EXISTS (SELECT 1 FROM ${ident(model.snapshot.schema, target.entity.table)} AS t WHERE t.id = ${input(inputName, 'uuid')} AND t.deleted_at IS NULL${seen ? sql` AND ${seen}` : sql``})`
  })
  return join(checks, ' UNION ALL ')
}
