// kill -9 in the middle of writes and of publishes: what was acknowledged is there, and nothing is half there.
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { signIn, type Visitor } from '../support/sign-in.ts'
import { makeDataFolder, type ServerUnderTest, startServer } from '../support/start-server.ts'

const ROUNDS = process.env['RELATA_TEST_LONG'] ? 20 : 2
const PACKAGE = (fields: number) => ({
  name: 'grove',
  files: {
    'package.json': { name: 'grove', version: '1.0.0', label: 'Grove', requires: { system: '^1.0.0' } },
    'entities/tree.json': {
      name: 'tree',
      label: 'Tree',
      fields: [
        { name: 'name', type: 'text', required: true },
        ...Array.from({ length: fields }, (_, index) => ({ name: `extra_${index}`, type: 'number', indexed: true })),
      ],
    },
    'entities/leaf.json': {
      name: 'leaf',
      label: 'Leaf',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'tree', type: 'reference', to: 'tree' },
      ],
    },
  },
})

test('acknowledged writes survive, and a publish is whole or not there', { timeout: 300_000 }, async () => {
  const dataFolder = makeDataFolder()
  let server: ServerUnderTest | undefined
  try {
    server = await startServer({ dataFolder })
    let person = await signIn(server.url)
    expect(
      (await person.call('POST', '/api/tenants', { title: 'Grove', slug: 'grove', kind: 'empty' })).status,
    ).toBeLessThan(300)
    expect((await person.call('POST', '/api/v1/grove/metadata/publish', { packages: [PACKAGE(0)] })).status).toBe(200)
    const acknowledged = new Map<string, string>()
    for (let round = 1; round <= ROUNDS; round++) {
      const writers = [1, 2, 3, 4].map((lane) => writeUntilGone(person, `${round}-${lane}`, acknowledged))
      const publishing = publishUntilGone(person, round * 10)
      await delay(300 + Math.random() * 700)
      await server.stop('SIGKILL')
      await Promise.all([...writers, publishing])

      server = await startServer({ dataFolder })
      person = await signIn(server.url)
      await expectAll(person, acknowledged)
      await expectWhole(person)
    }
    expect(acknowledged.size).toBeGreaterThan(20)
  } finally {
    await server?.stop()
    rmSync(dataFolder, { recursive: true, force: true })
  }
})

async function writeUntilGone(person: Visitor, lane: string, acknowledged: Map<string, string>): Promise<void> {
  for (let number = 1; ; number++) {
    const name = `${lane}-${number}`
    const answer = await person.call('POST', '/api/v1/grove/records/grove.tree', { name }).catch(() => null)
    if (!answer) return
    if (answer.status === 201) acknowledged.set(answer.body.id, name)
  }
}

async function publishUntilGone(person: Visitor, start: number): Promise<void> {
  for (let fields = start; ; fields++) {
    const answer = await person
      .call('POST', '/api/v1/grove/metadata/publish', { packages: [PACKAGE(fields % 40)] })
      .catch(() => null)
    if (!answer) return
  }
}

async function expectAll(person: Visitor, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const found = new Map<string, string>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = new URLSearchParams({
      select: 'name',
      limit: '500',
      ...(cursor ? { cursor } : {}),
    }).toString()
    const { body } = await person.call('GET', `/api/v1/grove/records/grove.tree?${query}`)
    for (const row of body.data) found.set(row.id, row.name)
    cursor = body.next
  }
  for (const [id, name] of acknowledged) expect([id, found.get(id)]).toEqual([id, name])
}

/** The version that is told is the one whose tables are there, and the next publish works. */
async function expectWhole(person: Visitor): Promise<void> {
  const { body: meta } = await person.call('GET', '/api/v1/grove/meta')
  const tree = meta.entities.find((entity: { name: string }) => entity.name === 'grove.tree')
  const values = Object.fromEntries(
    tree.fields
      .filter((field: { type: string }) => field.type === 'number')
      .map((field: { name: string }) => [field.name, 1]),
  )
  expect(await person.call('POST', '/api/v1/grove/records/grove.tree', { name: 'after', ...values })).toMatchObject({
    status: 201,
    body: values,
  })
  const next = await person.call('POST', '/api/v1/grove/metadata/publish', { packages: [PACKAGE(3)] })
  expect([next.status, next.body.version]).toEqual([200, meta.version + 1])
}
