// Says that changes which were written just now happened earlier.
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import { bind, ident, input, literal, sql, toStatement } from '../sql/sql.ts'

export interface DatedChange {
  id: string
  /** The version that the change made. */
  version: string
  /** RFC 3339. */
  at: string
}

export async function dateBack(
  tx: Queryable,
  model: Model,
  entity: EntityModel,
  changes: readonly DatedChange[],
): Promise<void> {
  const { schema } = model.snapshot
  const dated = sql`unnest(${input('ids', 'uuid[]')}, ${input('versions', 'int4[]')}, ${input('times', 'timestamptz[]')}) AS d(id, version, at)`
  const record = sql`UPDATE ${ident(schema, entity.entity.table)} AS t SET updated_at = d.at FROM ${dated} WHERE t.id = d.id AND t.version = d.version`
  const history = sql`UPDATE ${ident(schema, '_history')} AS h SET at = d.at FROM ${dated} WHERE h.entity = ${literal(entity.entity.id)} AND h.record = d.id AND h.version = d.version`
  const inputs = {
    ids: arrayText(changes.map(({ id }) => id)),
    versions: arrayText(changes.map(({ version }) => version)),
    times: arrayText(changes.map(({ at }) => at)),
  }
  for (const one of entity.entity.history ? [record, history] : [record]) {
    const statement = toStatement(one)
    await tx.query(statement.text, bind(statement, inputs))
  }
}

/** PostgreSQL's text form of an array whose items hold neither quotes nor commas. */
const arrayText = (items: readonly string[]): string => `{${items.join(',')}}`
