// What a plugin wrote, what went wrong with it and what it cost; its log also as it comes. For administrators.
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { WirePluginLog, WirePluginUsage } from '../../sdk/wire/plugins.ts'
import { requireAdminister } from '../auth/rights.ts'
import { refuseUnknown } from '../parse/list-request.ts'
import { readLines, readUsage } from '../plugins/journal/journal-rows.ts'
import type { LifeRoom } from '../plugins/life/life-room.ts'
import { requirePlugin } from '../plugins/plugin-rows.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import type { Services } from '../services.ts'

const MAX_LINES = 1_000
const MAX_HOURS = 24 * 90
const PRIVATE = { 'cache-control': 'private, no-store' }

export function pluginJournalRoutes(services: Services, { database, journal }: LifeRoom): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()

  app.get('/plugins/:name/log', (c) =>
    inTenant(c, services, async ({ model, actor, loaded }) => {
      requireAdminister(model, actor)
      const query = new URL(c.req.url).searchParams
      refuseUnknown(query, ['after', 'limit'])
      const limit = whole(query, 'limit', 100, MAX_LINES)
      const after = query.has('after') ? String(whole(query, 'after', 0, Number.MAX_SAFE_INTEGER)) : undefined
      const page = { limit, ...(after === undefined ? {} : { after }) }
      const body: WirePluginLog = {
        data: await readLines(database, loaded.tenant.schema, c.req.param('name'), page),
      }
      return jsonAnswer(body, 200, PRIVATE)
    }),
  )

  app.get('/plugins/:name/usage', (c) =>
    inTenant(c, services, async ({ model, actor, loaded }) => {
      requireAdminister(model, actor)
      const query = new URL(c.req.url).searchParams
      refuseUnknown(query, ['hours'])
      const hours = whole(query, 'hours', 24 * 7, MAX_HOURS)
      const body: WirePluginUsage = {
        data: await readUsage(database, loaded.tenant.schema, c.req.param('name'), hours),
      }
      return jsonAnswer(body, 200, PRIVATE)
    }),
  )

  app.get('/plugins/:name/log/stream', (c) =>
    inTenant(c, services, async ({ model, actor, loaded }) => {
      requireAdminister(model, actor)
      const { schema } = loaded.tenant
      const name = c.req.param('name')
      await requirePlugin(database, schema, name)
      const given = c.req.header('last-event-id')
      const last = /^\d{1,15}$/.test(given ?? '')
        ? given
        : (await readLines(database, schema, name, { limit: 1 }))[0]?.id
      const source: LineSource = {
        watch: (onLines) => journal.watch(schema, onLines),
        after: (id) => readLines(database, schema, name, { after: id, limit: MAX_LINES }),
      }
      return new Response(streamOf(source, last ?? '0', c.req.raw.signal), {
        headers: { ...SAFE_HEADERS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
      })
    }),
  )
  return app
}

interface LineSource {
  watch(onLines: () => void): () => void
  after(id: string): Promise<WirePluginLog['data']>
}

/** A sign of life, so that whatever stands between does not take the connection for dead. */
const ALIVE_EVERY_MS = 15_000

function streamOf(source: LineSource, from: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let end: () => void = () => undefined
  return new ReadableStream({
    start(controller) {
      let last = from
      let isOver = false
      let reading: Promise<void> = Promise.resolve()
      const say = (text: string) => {
        if (!isOver) controller.enqueue(encoder.encode(text))
      }
      const read = () => {
        reading = reading.then(async () => {
          const lines = isOver ? [] : await source.after(last)
          for (const line of lines) say(`id: ${line.id}\nevent: line\ndata: ${JSON.stringify(line)}\n\n`)
          last = lines.at(-1)?.id ?? last
        }, finish)
      }
      const stop = source.watch(read)
      const alive = setInterval(() => say(': \n\n'), ALIVE_EVERY_MS)
      function finish(): void {
        if (isOver) return
        isOver = true
        stop()
        clearInterval(alive)
        signal.removeEventListener('abort', finish)
        try {
          controller.close()
        } catch {
          // Whoever read it has gone already.
        }
      }
      end = finish
      signal.addEventListener('abort', finish)
      say(': \n\n')
      read()
    },
    cancel: () => end(),
  })
}

/** @throws RL104 */
function whole(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  const number = Number(text)
  if (/^\d{1,16}$/.test(text) && number <= max) return number
  throw new RelataError('RL104', `“${name}” must be a whole number up to ${max}.`)
}
