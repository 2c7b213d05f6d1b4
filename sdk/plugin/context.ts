// What the author's functions are given to work with, each of them a call over the bridge. Part of every plugin's bundle.
import type { BeforeContext, Context, HttpAnswer, HttpRequest } from './api.ts'
import type { Bridge, HostMethods } from './bridge.ts'

interface Given {
  user: Context['user']
  settings: Readonly<Record<string, unknown>>
}
type Method = keyof HostMethods

// The host answers what HostMethods says, and the generated types say what its records are: neither is checked again here.
type Answers = Context & BeforeContext

/** All of it; before-hooks are given the reading part. */
export function makeContext(bridge: Bridge, { user, settings }: Given): Answers {
  const call = <M extends Method>(method: M, args: HostMethods[M]['args']): Promise<never> =>
    bridge.call(method, args) as Promise<never>
  return {
    now: bridge.now,
    user,
    settings: settings as Answers['settings'],
    records: {
      get: (entity, id, options = {}) => call('records.get', { entity, id, ...options }),
      list: (entity, options = {}) => call('records.list', { entity, ...options }),
      count: (entity, filter) => call('records.count', filter === undefined ? { entity } : { entity, filter }),
      create: (entity, values) => call('records.create', { entity, values: { ...values } }),
      update: (entity, id, values, options = {}) =>
        call('records.update', { entity, id, values: { ...values }, ...options }),
      delete: async (entity, id) => void (await call('records.delete', { entity, id })),
      restore: async (entity, id) => void (await call('records.restore', { entity, id })),
    },
    http: { fetch: (url, request = {}) => fetchBy(bridge, url, request) },
    mail: { send: async ({ to, subject, text }) => void (await call('mail.send', { to, subject, text })) },
    jobs: {
      start: async (name, payload) =>
        void (await call('jobs.start', payload === undefined ? { name } : { name, payload })),
    },
    log: {
      debug: (message, details) => bridge.log('debug', line(message, details)),
      info: (message, details) => bridge.log('info', line(message, details)),
      warn: (message, details) => bridge.log('warn', line(message, details)),
      error: (message, details) => bridge.log('error', line(message, details)),
    },
    sleep: async (ms) => void (await call('sleep', { ms })),
  }
}

/**
 * A load asks a hook a hundred records at a time, and most of them ask the same: of one stage, one product. Nothing is
 * written in between, so that the same question has the same answer, and is asked once.
 */
export function makeBeforeContext(bridge: Bridge, given: Given): BeforeContext {
  const { now, user, settings, log, records } = makeContext(askedOnce(bridge), given)
  const { get, list, count } = records
  return { now, user, settings, log, records: { get, list, count } }
}

function askedOnce(bridge: Bridge): Bridge {
  const answers = new Map<string, Promise<string>>()
  return {
    now: bridge.now,
    log: (level, message) => bridge.log(level, message),
    async call(method, args) {
      const question = JSON.stringify([method, args])
      const known = answers.get(question) ?? bridge.call(method, args).then((answer) => JSON.stringify(answer ?? null))
      answers.set(question, known)
      // Each gets its own, to do with as it likes.
      return JSON.parse(await known) as unknown
    },
  }
}

async function fetchBy(bridge: Bridge, url: string, { method, headers, body, timeoutMs }: HttpRequest) {
  const isText = typeof body === 'string'
  const named = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`]),
  )
  const args: HostMethods['http.fetch']['args'] = {
    url: `${url}`,
    ...(method === undefined ? {} : { method }),
    headers: body === undefined || isText ? named : { 'content-type': 'application/json', ...named },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
  const answer = (await bridge.call('http.fetch', args)) as HostMethods['http.fetch']['result']
  return { ...answer, json: () => JSON.parse(answer.text) as unknown } satisfies HttpAnswer
}

/** Details as JSON behind the message; what JSON cannot say, such as a circle, is said as text. */
function line(message: string, details: unknown): string {
  if (details === undefined) return `${message}`
  if (details instanceof Error) return `${message} ${details.stack ?? details}`
  try {
    return `${message} ${JSON.stringify(details)}`
  } catch {
    return `${message} ${String(details)}`
  }
}
