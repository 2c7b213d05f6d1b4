// Many records at once: rows are checked here, COPY brings them into a stage, and each chunk becomes records in one
// statement. A chunk is one transaction; what it holds is there with its roll-ups, history and event, or not at all.
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { RelataError } from '../../sdk/errors.ts'
import type { BulkAnswer } from '../../sdk/wire/records.ts'
import type { EntityModel } from '../catalog/model.ts'
import type { BulkLine } from '../parse/bulk-body.ts'
import { type PlannedRow, RowPlan } from '../plan/row-plan.ts'
import { copyStage, createStage, insertStage, STAGE, stageIds, timeOfId } from '../sql/bulk-sql.ts'
import { bind, type Sql, toStatement } from '../sql/sql.ts'
import { type Check, checksOf, type Reason } from './bulk-checks.ts'
import { writerInputs } from './actor-inputs.ts'
import { type BeforeHooks, hooksFor } from './before-hooks.ts'
import { askGuard, type Context, guardOf } from './context.ts'
import { copyLine } from './copy-text.ts'
import type { Database, Reserved } from './database.ts'
import { newId } from './new-id.ts'
import { fromPostgres, isRetryable, isStalePlan, isUniqueViolation } from './postgres-error.ts'

export interface BulkOptions {
  /** Records came to be when their ids say (UUID version 7), not now: sample data, moves from another system. */
  isDatedById?: boolean
  /** After each chunk, with the lines read so far. */
  onProgress?: (lines: number) => void
}

export const CHUNK_ROWS = 10_000
/** Rows that hooks of plugins are asked about in one call, and how much of them. */
const ROWS_A_HOOK = 100
const CHARS_A_HOOK = 60_000
const MAX_ERRORS = 1_000
const MAX_TRIES = 5

/** @throws RL301 rights; problems of single rows are in the answer */
export async function bulkLoad(
  context: Context,
  database: Database,
  entity: EntityModel,
  lines: AsyncIterable<BulkLine> | Iterable<BulkLine>,
  options: BulkOptions = {},
): Promise<BulkAnswer> {
  context.rights.require(entity, 'create')
  context.rights.require(entity, 'import')
  return database.reserve(async (connection) => {
    const load = new Load(database, context, entity, connection, options)
    await load.begin()
    try {
      return await load.run(lines)
    } finally {
      await load.end()
    }
  })
}

/** A row that plugins have had their say about. */
type Asked = Exclude<BulkLine, { message: string }> & { planned: PlannedRow }

/** A plugin that fails costs the rows that it was asked about. */
function failed(error: unknown): PlannedRow {
  if (!(error instanceof RelataError) || !error.isPublic) throw error
  return { ok: false, cells: [], problems: [{ path: '', message: error.message }] }
}

class Load {
  private readonly database: Database
  private readonly context: Context
  private readonly entity: EntityModel
  private readonly connection: Reserved
  private readonly options: BulkOptions
  private readonly plan: RowPlan
  private readonly errors: BulkAnswer['errors'][number][] = []
  private rejected = 0
  private accepted = 0

  constructor(database: Database, context: Context, entity: EntityModel, connection: Reserved, options: BulkOptions) {
    this.database = database
    this.context = context
    this.entity = entity
    this.connection = connection
    this.options = options
    this.plan = new RowPlan(context.model, entity, {
      owner: context.actor.userId,
      seal: context.seal,
      rights: context.rights,
      environment: context.environment,
    })
  }

  async begin(): Promise<void> {
    await this.end()
    await this.execute(createStage(this.plan.columns))
  }

  async end(): Promise<void> {
    await this.connection.execute(`DROP TABLE IF EXISTS pg_temp."${STAGE}"`)
  }

  async run(lines: AsyncIterable<BulkLine> | Iterable<BulkLine>): Promise<BulkAnswer> {
    let text: string[] = []
    // The database works on one chunk while the next is read and checked.
    let working: Promise<void> = Promise.resolve()
    const hand = async (): Promise<void> => {
      const chunk = text
      text = []
      await working
      working = this.loadChunk(chunk)
      working.catch(() => undefined)
    }
    const hooks = hooksFor(this.context, this.entity, 'create')
    try {
      for await (const row of hooks ? this.hooked(hooks, lines) : lines) {
        const line = this.copyText(row)
        if (line !== undefined) text.push(line)
        if (text.length < CHUNK_ROWS) continue
        await hand()
        this.options.onProgress?.(row.line)
      }
      await hand()
    } finally {
      await working
    }
    this.errors.sort((a, b) => a.line - b.line)
    return { accepted: this.accepted, rejected: this.rejected, errors: this.errors }
  }

  /** Plugins are asked about a few rows at once, before they are in the stage. */
  private async *hooked(
    hooks: BeforeHooks,
    lines: AsyncIterable<BulkLine> | Iterable<BulkLine>,
  ): AsyncGenerator<BulkLine | Asked> {
    let rows: Exclude<BulkLine, { message: string }>[] = []
    let chars = 0
    const ask = async (): Promise<Asked[]> => {
      const asked = rows
      rows = []
      chars = 0
      if (asked.length === 0) return []
      const { context, entity, plan } = this
      // The connection of the load is busy with the chunk before.
      const planned = await hooks
        .rows(context, this.database, entity, plan, asked)
        .catch((error: unknown) => asked.map(() => failed(error)))
      return asked.flatMap((row, index) => {
        const one = planned[index]
        return one ? [{ ...row, planned: one }] : []
      })
    }
    for await (const row of lines) {
      if ('message' in row) {
        yield* await ask()
        yield row
        continue
      }
      rows.push(row)
      chars += JSON.stringify(row.values).length
      if (rows.length >= ROWS_A_HOOK || chars >= CHARS_A_HOOK) yield* await ask()
    }
    yield* await ask()
  }

  private copyText(row: BulkLine | Asked): string | undefined {
    if ('message' in row) {
      this.reject(row)
      return undefined
    }
    const planned = 'planned' in row ? row.planned : this.plan.plan(row.values, newId)
    if (planned.ok) return copyLine(row.line, planned.cells)
    const [first, ...others] = planned.problems
    const field = first?.path.slice(1) ?? ''
    const more = others.map((problem) => `; ${problem.path.slice(1)} ${problem.message}`).join('')
    const value = row.values[field]
    this.reject({
      line: row.line,
      field,
      message: `${first?.message ?? ''}${more}`,
      ...(typeof value === 'string' ? { value: value.slice(0, 200) } : {}),
    })
    return undefined
  }

  private reject(error: BulkAnswer['errors'][number]): void {
    this.rejected++
    if (this.errors.length < MAX_ERRORS) this.errors.push(error)
  }

  private async loadChunk(chunk: readonly string[]): Promise<void> {
    if (chunk.length === 0) return
    const checks = checksOf(this.context, this.entity, this.plan)
    for (let attempt = 1; ; attempt++) {
      try {
        const { taken, count } = await this.tryChunk(chunk, checks)
        for (const error of taken) this.reject(error)
        this.accepted += count
        return
      } catch (error) {
        if (isStalePlan(error)) throw this.movedOn()
        // A key that another writer took between our check and our insert is found by the next try.
        const isWorthAnother = isRetryable(error) || isUniqueViolation(error)
        if (attempt === MAX_TRIES || !isWorthAnother) throw fromPostgres(error, this.context.model, this.entity)
      }
    }
  }

  /** The lines have been read and cannot be read again by a new plan. */
  private movedOn(): RelataError {
    return new RelataError('RL210', `${this.entity.entity.name} was changed by a publish while its rows were loaded.`, {
      hint: `The first ${this.accepted} rows are in. Load the rest again.`,
      members: { accepted: this.accepted },
    })
  }

  private async tryChunk(
    chunk: readonly string[],
    checks: readonly Check[],
  ): Promise<{ taken: BulkAnswer['errors'][number][]; count: number }> {
    await this.connection.execute('BEGIN')
    try {
      await pipeline(
        Readable.from(chunk),
        await this.connection.copyFrom(toStatement(copyStage(this.plan.columns)).text),
      )
      const taken = await this.takeOut(checks)
      const [row] = await this.query(
        insertStage(this.context.model, this.entity, this.options.isDatedById ? timeOfId : undefined),
      )
      await this.askGuard()
      await this.connection.execute('COMMIT')
      return { taken, count: Number(row?.[0] ?? 0) }
    } catch (error) {
      await this.connection.execute('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  private async askGuard(): Promise<void> {
    if (!guardOf(this.context.guards, this.entity)) return
    const ids = (await this.query(stageIds())).map(([id]) => id ?? '')
    const write = { operation: 'create', fields: new Set<string>(), isAlong: false } as const
    await askGuard(this.context, { tx: this.connection, entity: this.entity, ids, ...write })
  }

  /** Until nothing more goes: a row that is taken out may be what another one points to. */
  private async takeOut(checks: readonly Check[]): Promise<BulkAnswer['errors'][number][]> {
    const taken: BulkAnswer['errors'][number][] = []
    for (const check of checks) {
      for (const [line, failed] of await this.query(check.statement))
        taken.push({ line: Number(line), ...toldTogether(check, failed ?? '{0}') })
    }
    const repeated = checks.filter((check) => check.isWithinStage)
    if (repeated.length > 0 && taken.length > 0) {
      const later = await this.takeOut(repeated)
      taken.push(...later)
    }
    return taken
  }

  private query(query: Sql) {
    const statement = toStatement(query)
    return this.connection.query(
      statement.text,
      bind(statement, { ...this.context.inputs, ...this.plan.defaults, ...writerInputs(this.context.actor) }),
      {
        isPlannedWithValues: true,
      },
    )
  }

  private execute(query: Sql): Promise<void> {
    return this.connection.execute(toStatement(query).text)
  }
}

/** The reasons at these places, such as `{0,2}`, as one: the first with its field, the others behind it. */
function toldTogether({ reasons }: Check, places: string): Reason {
  const found = places
    .slice(1, -1)
    .split(',')
    .flatMap((place) => reasons[Number(place)] ?? [])
  const [first = reasons[0], ...others] = found
  if (others.length === 0) return first
  const more = others.map(({ field, message }) => (field === '' ? message : `${field} ${message}`))
  return { field: first.field, message: [first.message, ...more].join('; ') }
}
