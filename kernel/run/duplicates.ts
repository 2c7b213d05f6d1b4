// The refusal of a record that looks like one there is: which rule says so, and which records those are.
import { RelataError } from '../../sdk/errors.ts'
import type { Alike } from '../../sdk/wire/records.ts'
import type { EntityModel } from '../catalog/model.ts'
import { isReadableRight } from '../plan/field-rights.ts'
import type { AlikeSearch, DuplicateCheck } from '../sql/duplicates-sql.ts'
import { bind, type Sql, toStatement } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'

const MAX_NAMED = 10

/**
 * @param checks that did not hold
 * @param find statement that looks for the records (`findAlike`)
 * @returns RL217, with the records that the writer may read
 */
export async function duplicateError(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  checks: readonly DuplicateCheck[],
  inputs: Readonly<Record<string, string | null>>,
  find: (search: AlikeSearch) => Sql,
): Promise<RelataError> {
  const rules = checks.map(({ rule }) => rule)
  const statement = toStatement(find({ rules, rights: context.rights, limit: MAX_NAMED + 1 }))
  const rows = await database.query(statement.text, bind(statement, { ...context.inputs, ...inputs }))
  const isNamed = isReadableRight(context.rights.name(entity))
  const duplicates = rules.map((rule, index): Alike => {
    const found = rows.filter(([place]) => place === String(index))
    const readable = found.filter(([, mayRead]) => mayRead === 't').slice(0, MAX_NAMED)
    return {
      rule: rule.name,
      on: rule.on,
      records: readable.map(([, , id, name]) => ({ id: id ?? '', display_name: isNamed ? (name ?? '') : '' })),
      hasMore: found.length > readable.length,
    }
  })
  const canAllow = rules.every(({ on }) => on === 'warn')
  return new RelataError('RL217', 'There seems to be such a record already.', {
    problems: checks.map(({ problem }) => problem),
    members: { duplicates, canAllow },
    hint: canAllow
      ? 'Look at it first. If both are meant, send the same again with ?duplicates=allow.'
      : 'Use the record that is there, or change what is the same.',
  })
}
