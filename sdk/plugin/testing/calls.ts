// What a test has done in its tenant beside records: actions, jobs, calls from outside, waiting for all of it.
import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Send } from '../../client/transport.ts'
import type { ActionResult } from '../api.ts'
import type { TestAnswer, TestRoute } from './api.ts'

const part = encodeURIComponent

/** @param action with its package: `visits.plan` */
export async function runAction(
  send: Send,
  action: string,
  ids: readonly string[],
  input: unknown,
): Promise<ActionResult> {
  const answer = await send(`actions/${part(action)}`, { method: 'POST', json: { ids, input: input ?? {} } })
  return Object(answer)
}

export async function runJob(send: Send, plugin: string, job: string, payload: unknown): Promise<void> {
  const json = payload === undefined ? {} : { payload }
  await send(`plugins/${part(plugin)}/jobs/${part(job)}/run`, { method: 'POST', json })
}

export interface RoutePlace {
  url: string
  tenant: string
  key: string
  /** Of the plugin. */
  name: string
}

export async function callRoute(
  place: RoutePlace,
  method: string,
  path: string,
  request: TestRoute,
): Promise<TestAnswer> {
  const { query = {}, headers = {}, body, signWith } = request
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const url = new URL(`${place.url}/api/v1/${part(place.tenant)}/routes/${part(place.name)}/${path}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const isJson = body !== undefined && typeof body !== 'string'
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${place.key}`,
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...(signWith ? signature(text, signWith) : {}),
      ...headers,
    },
    ...(text === '' ? {} : { body: text }),
  })
  const said = await answer.text()
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text: said,
    json: () => JSON.parse(said) as unknown,
  }
}

function signature(body: string, signWith: NonNullable<TestRoute['signWith']>): Record<string, string> {
  const { key, header, prefix = '', encoding = 'hex', timestampHeader } = signWith
  const seconds = String(Math.floor(Date.now() / 1000))
  const signed = timestampHeader === undefined ? body : `${seconds}.${body}`
  const sum = createHmac('sha256', key).update(signed).digest(encoding)
  return { [header]: `${prefix}${sum}`, ...(timestampHeader === undefined ? {} : { [timestampHeader]: seconds }) }
}

/** Until nothing of events and jobs waits. */
export async function settle(send: Send): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS
  for (;;) {
    const { waiting } = Object(await send('work'))
    if (waiting === 0) return
    if (performance.now() > deadline) throw new Error(`${waiting} pieces of work still wait.`)
    await pause(50)
  }
}
const SETTLE_TIMEOUT_MS = 20_000
