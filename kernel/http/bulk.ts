// POST bulk/{entity}: a file of rows becomes records. The answer counts, and names each line that was refused.
import type { ReadableStream } from 'node:stream/web'
import { type Context as HonoContext, Hono } from 'hono'
import { type Problem, RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { EntityModel } from '../catalog/model.ts'
import { type BulkLine, type CsvLine, readCsv, readJsonLines } from '../parse/bulk-body.ts'
import { withDuplicates } from './duplicates-parameter.ts'
import { RowPlan } from '../plan/row-plan.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { bulkLoad } from '../run/bulk.ts'
import type { Context } from '../run/context.ts'
import type { Services } from '../services.ts'

export function bulkRoutes(services: Services): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()
  app.post('/bulk/:entity', (c) =>
    inTenant(c, services, async (context) => {
      const asked = withDuplicates(context, new URL(c.req.url).searchParams)
      const entity = context.model.entity(c.req.param('entity'))
      context.rights.require(entity, 'create')
      const answer = await bulkLoad(asked, services.database, entity, linesOf(c, context, entity))
      return jsonAnswer(answer)
    }),
  )
  return app
}

function linesOf(c: HonoContext<TenantEnv>, context: Context, entity: EntityModel): AsyncGenerator<BulkLine> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const body = c.req.raw.body as ReadableStream<Uint8Array> | null
  if (!body) throw new RelataError('RL100', 'There is no body.', { hint: 'Send a CSV file or one JSON object a line.' })
  if (type === 'text/csv') return csvLines(body, context, entity)
  if (type === 'application/x-ndjson' || type === 'application/jsonl') return readJsonLines(body)
  throw new RelataError('RL103', `A bulk load cannot be ${type || 'of no type'}.`, {
    hint: 'Send Content-Type: text/csv or application/x-ndjson.',
  })
}

/** Turns the text of a cell into a value and puts it where it belongs; `price.amount` fills one part of `price`. */
type PutCell = (values: Record<string, unknown>, text: string) => void

async function* csvLines(
  body: ReadableStream<Uint8Array>,
  context: Context,
  entity: EntityModel,
): AsyncGenerator<BulkLine> {
  const plan = new RowPlan(context.model, entity, {
    owner: context.actor.userId,
    seal: context.seal,
    rights: context.rights,
    environment: context.environment,
  })
  let puts: readonly (readonly [string, PutCell])[] = []
  const rows: AsyncGenerator<CsvLine> = readCsv(body, (names) => {
    puts = columnsOf(plan, names)
  })
  for await (const row of rows) {
    if ('message' in row) {
      yield row
      continue
    }
    const values: Record<string, unknown> = {}
    for (const [name, put] of puts) {
      const text = row.cells[name]
      // An empty cell says nothing: the default stands, or nothing.
      if (text !== undefined && text !== '') put(values, text)
    }
    yield { line: row.line, values }
  }
}

/** @throws RL206 with every column that cannot be filled */
function columnsOf(plan: RowPlan, names: readonly string[]): (readonly [string, PutCell])[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  const puts = names.map((name): readonly [string, PutCell] => {
    const [base = '', part] = name.split('.', 2)
    const problem = seen.has(name)
      ? { path: `/${name}`, key: 'twice', message: `the column “${name}” stands there twice` }
      : plan.whyNot(base)
    if (problem) problems.push(problem)
    seen.add(name)
    return [name, part === undefined ? putWhole(plan, base) : putPart(base, part)]
  })
  if (problems.length > 0)
    throw new RelataError('RL206', 'The first line names columns that cannot be loaded.', { problems })
  return puts
}

function putWhole(plan: RowPlan, name: string): PutCell {
  const field = plan.field(name)
  const fromText = field && fieldType(field.type).fromText
  return (values, text) => {
    values[name] = field && fromText ? fromText(text, field) : text
  }
}

function putPart(name: string, part: string): PutCell {
  return (values, text) => {
    const present = values[name]
    if (typeof present === 'object' && present !== null) Reflect.set(present, part, text)
    else values[name] = { [part]: text }
  }
}
