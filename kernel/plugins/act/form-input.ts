// What was filled into the form of an action: checked by the types of its fields, like the body of a record.
import { type Problem, RelataError } from '../../../sdk/errors.ts'
import { fieldType } from '../../../sdk/fields/index.ts'
import { didYouMean, nearest } from '../../../sdk/metadata/nearest.ts'
import { pointer } from '../../../sdk/metadata/pointer.ts'
import type { Action } from '../../../sdk/metadata/snapshot.ts'
import { getRecord } from '../../run/read-records.ts'
import type { Context } from '../../run/context.ts'
import type { Queryable } from '../../run/database.ts'
import { isUuid } from '../../run/new-id.ts'

/** @returns the values with defaults in place of what was left out @throws RL206 with every problem */
export async function readInput(
  context: Context,
  queryable: Queryable,
  { input: fields }: Pick<Action, 'input'>,
  given: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  const names = fields.map(({ name }) => name)
  for (const name of Object.keys(given))
    if (!names.includes(name)) {
      const hint = didYouMean(nearest(name, names))
      problems.push({ ...at(name, 'unknown_field', 'is not asked here'), ...(hint === undefined ? {} : { hint }) })
    }
  for (const field of fields) {
    const { name } = field
    const value = given[name] === undefined ? (field.default ?? null) : given[name]
    const parsed = value === null ? undefined : fieldType(field.type).parse(value, field, { before: null })
    if (parsed && !parsed.ok) {
      const { key, message, params } = parsed
      problems.push({ ...at(name, key, message), ...(params ? { params } : {}) })
      continue
    }
    const isEmpty = !parsed || Object.values(parsed.parts).every((part) => part === null)
    if (isEmpty && field.required) problems.push(at(name, 'required', 'is required'))
    values[name] = isEmpty ? null : value
    const [target] = field.options.to ?? []
    if (!isEmpty && target !== undefined && !(await isThere(context, queryable, target, value)))
      problems.push(at(name, 'no_such_record', 'points to a record that does not exist or is in the trash'))
  }
  if (problems.length > 0) throw new RelataError('RL206', 'Some values of the form are not valid.', { problems })
  return values
}

const at = (name: string, key: string, message: string): Problem => ({ path: pointer('/input', name), key, message })

/** For whoever fills in the form. */
async function isThere(context: Context, queryable: Queryable, name: string, id: unknown): Promise<boolean> {
  const target = context.model.find(name)
  if (!target || typeof id !== 'string' || !isUuid(id) || !context.rights.can(target, 'read')) return false
  const request = { select: [{ name: 'id' }], expand: [], isTrash: false }
  return getRecord(context, queryable, target, id.toLowerCase(), request).then(
    () => true,
    (error: unknown) => {
      if (error instanceof RelataError && error.code === 'RL205') return false
      throw error
    },
  )
}
