// An action that somebody started: on a record, on records that they chose, or on a list. All or nothing: what the code
// writes is one transaction, kept when it ends well.
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { RelataError } from '../../../sdk/errors.ts'
import { didYouMean, nearest } from '../../../sdk/metadata/nearest.ts'
import type { Action } from '../../../sdk/metadata/snapshot.ts'
import { Text } from '../../../sdk/metadata/source.ts'
import type { ActionAnswer, ActionRequest } from '../../../sdk/wire/actions.ts'
import type { EntityModel } from '../../catalog/model.ts'
import { offeredActions } from '../../catalog/projection.ts'
import { entityScope } from '../../catalog/scope.ts'
import { checkRule } from '../../../sdk/rules/index.ts'
import type { Context } from '../../run/context.ts'
import { uuidArray } from '../../run/extremes.ts'
import { eyesOf, conditionSql } from '../../sql/access-sql.ts'
import { Joins, RowSource } from '../../sql/row-source.ts'
import { bind, ident, input, sql, toStatement, trusted } from '../../sql/sql.ts'
import type { ActRoom } from './act-room.ts'
import { readInput } from './form-input.ts'
import { failureError } from './failure.ts'
import { runKept } from './run-kept.ts'

const Result = TypeCompiler.Compile(
  Type.Union([
    Type.Null(),
    Type.Object({
      message: Type.Optional(Text),
      open: Type.Optional(Type.Object({ entity: Type.String({ maxLength: 100 }), id: Type.String({ maxLength: 40 }) })),
    }),
  ]),
)

/** @throws RL205 · RL206 what was filled in · RL301 · RL401–RL407 */
export async function runAction(
  room: ActRoom,
  context: Context,
  name: string,
  { ids: given = [], input: values = {} }: ActionRequest,
): Promise<ActionAnswer> {
  const { loaded, model, rights } = context
  const { action, plugin } = findAction(context, name)
  const entity = model.entity(action.entity)
  rights.require(entity, 'read')
  const ids = [...new Set(given.map((id) => id.toLowerCase()))]
  requirePlace(action, ids)
  const form = await readInput(context, room.database, action, values)
  await requireOffered(room, context, action, entity, ids)
  const entry = { kind: 'action', name: action.name.slice(plugin.name.length + 1) } as const
  const { value, written } = await runKept(room, {
    ...{ loaded, plugin, entry, person: context.actor, depth: (context.actor.plugin?.depth ?? 0) + 1 },
    input: { event: { ids, input: form } },
    size: ids.length,
  })
  if (!Result.Check(value)) {
    const error = { name: 'Error', message: 'It answered something else than { message?, open? }.', stack: '' }
    throw failureError(model, plugin, entry, { kind: 'failed', error })
  }
  return { ...(value ?? {}), changed: [...written] }
}

/** @throws RL205 */
function findAction({ loaded, model, rights }: Context, name: string) {
  const readable = model.all().filter((target) => rights.can(target, 'read'))
  const offered = offeredActions(model, loaded.plugins, new Set(readable.map(({ entity }) => entity.name)))
  const action = offered.find((one) => one.name === name)
  const plugin = action && loaded.plugins.find(action.package)
  if (action && plugin) return { action, plugin }
  const near = nearest(
    name,
    offered.map((one) => one.name),
  )
  throw new RelataError('RL205', `There is no action “${name}”, or it is not for you.`, {
    hint: didYouMean(near) ?? 'An action is there while its plugin is on.',
  })
}

/** @throws RL206 */
function requirePlace({ on, name }: Action, ids: readonly string[]): void {
  const fits =
    ids.length === 0 ? on.includes('list') : on.includes('bulk') || (ids.length === 1 && on.includes('record'))
  if (fits) return
  const message = on.includes('bulk')
    ? 'must name at least one record'
    : on.includes('record')
      ? 'must name one record'
      : 'must be empty: this is an action of the list'
  throw new RelataError('RL206', `The action “${name}” is not started so.`, {
    problems: [{ path: '/ids', key: 'bad_ids', message }],
  })
}

/** @throws RL205 not there, or not for them · RL206 not offered for one of them */
async function requireOffered(
  room: ActRoom,
  { model, rights, inputs }: Context,
  { visibleIf, name }: Action,
  entity: EntityModel,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  const joins = new Joins('j', eyesOf(model, rights))
  const row = new RowSource(model, entity, 'r', joins)
  const checked =
    visibleIf === undefined ? undefined : checkRule(visibleIf, entityScope(model, entity), { kind: 'boolean' })
  const offered = checked?.ok ? row.trusted().predicate(checked.rule) : trusted('TRUE')
  const right = conditionSql(rights.condition(entity, 'read'), row.trusted())
  const statement = toStatement(
    sql`SELECT r.id, (${offered}) IS TRUE, r.display_name FROM ${ident(model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.id = ANY(${input('ids', 'uuid[]')}) AND r.deleted_at IS NULL${right ? sql` AND ${right}` : sql``}`,
  )
  const rows = await room.database.query(statement.text, bind(statement, { ...inputs, ids: uuidArray(ids) }))
  const missing = ids.find((id) => !rows.some(([found]) => found === id))
  if (missing !== undefined)
    throw new RelataError('RL205', `There is no ${entity.entity.name} with the id ${missing}, or it is not for you.`)
  const problems = rows.flatMap(([id, isOffered]) =>
    isOffered === 't'
      ? []
      : [
          {
            path: `/ids/${ids.indexOf(id ?? '')}`,
            key: 'not_offered',
            message: 'is a record that the action is not for',
          },
        ],
  )
  if (problems.length > 0)
    throw new RelataError('RL206', `The action “${name}” is not offered for every one of these records.`, { problems })
}
