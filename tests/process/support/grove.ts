// A tenant in real server processes whose writes are told to a receiver of webhooks.
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Visitor } from '../../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../../support/start-server.ts'
import type { Receiver } from '../../support/webhook-receiver.ts'

export const API = '/api/v1/grove'
/** Of processes that share a database. */
const ENV = { RELATA_WEBHOOK_PRIVATE: 'true', RELATA_SECRET: 'a secret that both of the processes share' }
const servers: ServerUnderTest[] = []

export async function startGrove(env: Record<string, string> = {}): Promise<ServerUnderTest> {
  const server = await startServer({ env: { ...ENV, ...env } })
  servers.push(server)
  return server
}

export async function killAll(): Promise<void> {
  await Promise.all(servers.map((server) => server.stop('SIGKILL').catch(() => undefined)))
}

export async function plant(person: Visitor, receiver: Receiver): Promise<void> {
  const tenant = { title: 'Grove', slug: 'grove', kind: 'empty' }
  expect((await person.call('POST', '/api/tenants', tenant)).status).toBeLessThan(300)
  const hook = {
    name: 'Receiver',
    url: receiver.url,
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    role: 'system.member',
    entities: ['base.task'],
  }
  expect((await person.call('POST', `${API}/records/system.webhook`, hook)).status).toBe(201)
}

export async function makeTasks(person: Visitor, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `T${index}`)
  const made = await Promise.all(names.map((subject) => person.call('POST', `${API}/records/base.task`, { subject })))
  return made.map(({ body }) => body.id)
}

/** Version of each record that a server has acknowledged last. */
export type Known = Map<string, number>

export async function writeOn(person: Visitor, known: Known, isOver: () => boolean): Promise<void> {
  const ids = [...known.keys()]
  for (let round = 0; !isOver(); round++) {
    const id = ids[round % ids.length] ?? ''
    const body = { subject: `R${round}` }
    const path = `${API}/records/base.task/${id}`
    const written = await person.call('PATCH', path, body, { 'if-match': '*' }).catch(() => null)
    if (written?.status === 200) known.set(id, Math.max(known.get(id) ?? 0, written.body.version))
    else await delay(50)
  }
}

const versionsOf = ({ calls }: Receiver, id: string): number[] =>
  calls.filter(({ body }) => body.ids[0] === id).map(({ body }) => body.version)

export const isAllTold = (receiver: Receiver, known: Known): boolean =>
  [...known].every(([id, version]) => versionsOf(receiver, id).includes(version))

/** At least once, and never an older one after a newer one. */
export function expectAllInOrder(receiver: Receiver, known: Known): void {
  for (const [id, last] of known) {
    const told = versionsOf(receiver, id)
    const all = Array.from({ length: Math.max(last, told.at(-1) ?? 0) }, (_, index) => index + 1)
    expect([...new Set(told)], id).toEqual(all)
    expect(told, id).toEqual(told.toSorted((one, other) => one - other))
  }
}
