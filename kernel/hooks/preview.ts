// What a hook is shown: the record as it would be written, and as it is, as far as the plugin and whoever writes may
// both see it.
import { planSelection, type Selected } from '../plan/selection.ts'
import { ALL_RIGHTS } from '../plan/rights.ts'
import { sealInto } from '../plan/field-value.ts'
import { planWrite } from '../plan/write-plan.ts'
import type { PlannedRow, RowPlan } from '../plan/row-plan.ts'
import type { EntityModel } from '../catalog/model.ts'
import { writerInputs } from '../run/actor-inputs.ts'
import { type Context, cacheKey } from '../run/context.ts'
import type { Queryable, RawRow } from '../run/database.ts'
import { uuidArray } from '../run/extremes.ts'
import { fromPostgres } from '../run/postgres-error.ts'
import { StatementCache } from '../run/statement-cache.ts'
import { ownership } from '../run/write-records.ts'
import {
  type CompiledPreview,
  type PreviewEyes,
  previewCreate,
  previewRecords,
  previewRows,
  previewUpdate,
} from '../sql/preview-sql.ts'
import { bind } from '../sql/sql.ts'

const previews = new StatementCache<CompiledPreview>()

/** JSON of the API. */
type Wire = { id: string; version: number; display_name: string; [field: string]: unknown }

export interface View {
  id: string
  version: number
  record: Wire
  before: Wire | null
  changed: readonly string[]
}

export interface Change {
  id: string
  body: Readonly<Record<string, unknown>>
  free: ReadonlySet<string>
}

/** @param eyes of the plugin within this write @throws RL206 the body is not valid */
export async function viewOfNew(
  context: Context,
  eyes: Context,
  queryable: Queryable,
  entity: EntityModel,
  { id, body, free }: Change,
): Promise<View | undefined> {
  const seal = sealInto(context.seal, context.model, entity, id)
  const plan = planWrite(context, entity, body, 'create', seal, { free, isUnfinished: true })
  const compiled = previews.get(`${cacheKey(eyes, entity)} new ${plan.shape}`, () =>
    previewCreate(context.model, entity, plan.provided, eyesOn(eyes, entity)),
  )
  const inputs = { ...plan.inputs, ...ownership(context, entity, plan), id, ...writerInputs(context.actor) }
  const [row] = await run(context, queryable, entity, compiled, inputs)
  return row && viewOf(compiled, row, Object.keys(body))
}

/** undefined: there is no such record that may be changed. */
export async function viewOfChange(
  context: Context,
  eyes: Context,
  queryable: Queryable,
  entity: EntityModel,
  { id, body, free }: Change,
  version: number | undefined,
): Promise<View | undefined> {
  const seal = sealInto(context.seal, context.model, entity, id)
  const plan = planWrite(context, entity, body, 'update', seal, { free })
  const hasVersion = version !== undefined
  const compiled = previews.get(
    `${cacheKey(eyes, entity)} ${context.rights.key} change ${hasVersion} ${plan.shape}`,
    () => {
      const condition = context.rights.condition(entity, 'update')
      const { provided, owners } = plan
      return previewUpdate(context.model, entity, { provided, owners, hasVersion, condition }, eyesOn(eyes, entity))
    },
  )
  const inputs = { ...plan.inputs, id, version: hasVersion ? String(version) : null, ...writerInputs(context.actor) }
  const [row] = await run(context, queryable, entity, compiled, inputs)
  return row && viewOf(compiled, row, [])
}

/** Those that are there and may be deleted or restored; `record` and `before` are the same. */
export async function viewsOfRecords(
  context: Context,
  eyes: Context,
  queryable: Queryable,
  entity: EntityModel,
  ids: readonly string[],
  operation: 'delete' | 'restore',
): Promise<View[]> {
  const isTrash = operation === 'restore'
  const compiled = previews.get(`${cacheKey(eyes, entity)} ${context.rights.key} ${operation}`, () => {
    const condition = context.rights.condition(entity, 'delete')
    return previewRecords(context.model, entity, { isTrash, condition }, eyesOn(eyes, entity))
  })
  const rows = await run(context, queryable, entity, compiled, { ids: uuidArray(ids) })
  return rows.map((row) => viewOf(compiled, row, []))
}

export async function viewsOfRows(
  context: Context,
  eyes: Context,
  queryable: Queryable,
  entity: EntityModel,
  plan: RowPlan,
  rows: readonly { planned: PlannedRow; names: readonly string[] }[],
): Promise<View[]> {
  const compiled = previews.get(`${cacheKey(eyes, entity)} rows`, () =>
    previewRows(context.model, entity, plan.columns, eyesOn(eyes, entity)),
  )
  const texts = rows.map(({ planned }) =>
    Object.fromEntries(plan.columns.map(({ name }, index) => [name, planned.cells[index] ?? null])),
  )
  const inputs = { rows: JSON.stringify(texts), ...plan.defaults, ...writerInputs(context.actor) }
  const found = new Map(
    (await run(context, queryable, entity, compiled, inputs)).map((row) => [row[compiled.idPlace] ?? '', row]),
  )
  return rows.flatMap(({ planned, names }) => {
    const row = found.get(planned.cells[0] ?? '')
    return row ? [viewOf(compiled, row, names)] : []
  })
}

/** Of an entity that the plugin may not read it learns which record it is, no more. */
function eyesOn({ model, rights }: Context, entity: EntityModel): PreviewEyes {
  const isSeen = rights.can(entity, 'read')
  const request = { select: isSeen ? undefined : BARE, expand: [] }
  const selection: readonly Selected[] = planSelection(model, entity, request, isSeen ? rights : ALL_RIGHTS)
  return { selection, rights }
}
const BARE = [{ name: 'id' }, { name: 'version' }]

async function run(
  context: Context,
  queryable: Queryable,
  entity: EntityModel,
  { statement }: CompiledPreview,
  inputs: Record<string, string | null>,
): Promise<RawRow[]> {
  try {
    return await queryable.query(statement.text, bind(statement, { ...context.inputs, ...inputs }))
  } catch (error) {
    throw fromPostgres(error, context.model, entity)
  }
}

function viewOf(compiled: CompiledPreview, row: RawRow, changed: readonly string[]): View {
  const { idPlace, versionPlace, record, before, changedPlace } = compiled
  return {
    id: row[idPlace] ?? '',
    version: Number(row[versionPlace]),
    record: JSON.parse(record(row)),
    before: before ? JSON.parse(before(row)) : null,
    changed: changedPlace === undefined ? changed : JSON.parse(row[changedPlace] ?? '[]'),
  }
}
