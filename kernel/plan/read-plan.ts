// A list request with every name resolved, its rule checked and rights applied. Pure: no connection, no clock.
import { RelataError } from '../../sdk/errors.ts'
import { type CheckedRule, checkRule } from '../../sdk/rules/index.ts'
import { entityScope, everyRead } from '../catalog/scope.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { ListRequest } from '../parse/list-request.ts'
import type { ResolvedPath } from './paths.ts'
import { requireReadable } from './readable.ts'
import type { Rights } from './rights.ts'
import { planSelection, type Selected } from './selection.ts'

export interface SortPlan {
  path: ResolvedPath
  direction: 'asc' | 'desc'
  /** A column of the listed row itself. */
  isOwn: boolean
  /** It is, and may be null: its index is walked in two branches. */
  isSplit: boolean
  isNullable: boolean
}

/** What is known of how a restricted actor's rights meet the data; it decides how a statement goes about it, no more. */
export interface Visibility {
  /** They see so few that those are better gathered than met on a walk through all. */
  isNarrow: boolean
  /** Ids of entities that rules of rights look at and that have few records. */
  small: ReadonlySet<string>
}

export const UNKNOWN_VISIBILITY: Visibility = { isNarrow: false, small: new Set() }

export interface ReadPlan {
  model: Model
  entity: EntityModel
  rights: Rights
  /** Rows that are taken out with it, not only looked at. */
  isExport: boolean
  visibility: Visibility
  selection: readonly Selected[]
  filter: CheckedRule | undefined
  /** Without the closing `id`, which the statement adds. */
  sort: readonly SortPlan[]
  limit: number
  /** Which of the cursor's values are null; undefined on the first page. */
  cursorNulls: readonly boolean[] | undefined
  /** Rows are skipped: how many is the input `skip`. */
  isSkipping: boolean
  count: ListRequest['count']
  searchWords: number
  isTrash: boolean
}

const NEVER_NULL = new Set(['id', 'version', 'created_at'])

/** @throws RL202 RL203 RL204 RL301 RL104 */
export function planList(
  model: Model,
  entity: EntityModel,
  request: ListRequest,
  rights: Rights,
  visibility = UNKNOWN_VISIBILITY,
): ReadPlan {
  if (request.isExport) rights.require(entity, 'export')
  const selection = planSelection(model, entity, request, rights)
  const sort = request.sort
    .filter((key) => key.path !== 'id')
    .map((key) => planSort(model, entity, key.path, key.direction, rights))
  if (request.cursor && request.cursor.length !== sort.length + 1) {
    throw new RelataError('RL104', 'The cursor belongs to a list with another order.', {
      hint: 'Start again without a cursor.',
    })
  }
  return {
    model,
    entity,
    rights,
    isExport: request.isExport,
    visibility,
    selection,
    filter: planFilter(model, entity, request.filter, rights),
    sort,
    limit: request.limit,
    cursorNulls: request.cursor?.map((value) => value === null),
    isSkipping: request.offset > 0,
    count: request.count,
    searchWords: searchWords(request.search).length,
    isTrash: request.isTrash,
  }
}

/** Every word must be found; more than eight add nothing. */
export function searchWords(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter(Boolean).slice(0, 8)
}

/** @throws RL203 with every problem */
export function planFilter(
  model: Model,
  entity: EntityModel,
  filter: unknown,
  rights: Rights,
): CheckedRule | undefined {
  if (filter === undefined || filter === null || filter === true) return undefined
  const checked = checkRule(filter, entityScope(model, entity), { kind: 'boolean' })
  if (!checked.ok) throw new RelataError('RL203', 'The filter is not valid.', { problems: checked.problems })
  for (const { owner, path } of everyRead(model, entity, checked.rule)) {
    const read = model.entity(owner.entity.name)
    if (read !== entity) rights.require(read, 'read')
    requireReadable(model, read, path, 'filter', rights)
  }
  return checked.rule
}

function planSort(
  model: Model,
  entity: EntityModel,
  path: string,
  direction: 'asc' | 'desc',
  rights: Rights,
): SortPlan {
  const resolved = requireReadable(model, entity, path, 'sort', rights)
  if (resolved.sqlType === 'jsonb' || resolved.sqlType === 'text[]') {
    throw new RelataError('RL204', `A list cannot be sorted by “${path}”.`)
  }
  const isOwn = resolved.steps.length === 0 && (resolved.leaf.kind === 'part' || resolved.leaf.kind === 'standard')
  const isNullable = !(resolved.steps.length === 0 && NEVER_NULL.has(path))
  return { path: resolved, direction, isOwn, isNullable, isSplit: isOwn && isNullable }
}
