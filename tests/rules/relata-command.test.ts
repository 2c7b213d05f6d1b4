// The command `relata` as a process, against a server that says what a test wants.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Asked, type FakeServer, problem, type Said, startFakeServer } from '../support/fake-server.ts'
import { type Ran, runRelata } from '../support/run-relata.ts'

let server: FakeServer
const folder = mkdtempSync(path.join(tmpdir(), 'relata-command-'))
const plan = {
  fromVersion: 6,
  steps: [{ text: 'add entity Order', kind: 'add', phase: 'now', sql: ['CREATE TABLE x'] }],
  needsConfirmation: [],
  droppable: [],
  warnings: [],
}
const put = (name: string, value: unknown) => writeFile(path.join(folder, 'shop', name), JSON.stringify(value, null, 2))

/** Run in the folder above the package `shop`. */
function relata(...args: string[]): Promise<Ran> {
  return runRelata(args, { cwd: folder, env: { RELATA_URL: server.url, RELATA_TENANT: 'acme', RELATA_KEY: 'rk_x' } })
}

/** By the last part of the address; a function gets what was asked. */
function answers(by: Record<string, Said | ((asked: Asked) => Said)>): (asked: Asked) => Said {
  return (asked) => {
    const said = by[asked.path.slice('/api/v1/acme/'.length)] ?? { status: 404, body: asked.path }
    return typeof said === 'function' ? said(asked) : said
  }
}

beforeAll(async () => {
  server = await startFakeServer()
  await relata('new', 'package', 'shop')
  await relata('new', 'entity', 'order', '--in', 'shop')
})
beforeEach(() => {
  server.asked.length = 0
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

describe('without a server', () => {
  test('what `new` writes passes `check`', async () => {
    expect(await relata('check', 'shop')).toMatchObject({
      code: 0,
      stdout: '1 package, 2 files: no problems in their shape\n',
    })
    const { $schema } = JSON.parse(readFileSync(path.join(folder, 'shop/entities/order.json'), 'utf8'))
    expect(path.resolve(folder, 'shop/entities', $schema)).toBe(
      path.resolve(import.meta.dirname, '../../sdk/schemas/entity.json'),
    )
  })

  test('`new` writes over nothing, and knows what can be a name', async () => {
    expect(await relata('new', 'entity', 'order', '--in', 'shop')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already'),
    })
    expect(await relata('new', 'entity', 'Bestellung 1', '--in', 'shop')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be a name'),
    })
    expect(await relata('new', 'entity', 'order', '--in', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('relata new package nowhere'),
    })
  })

  test('`check` names every fault with file, line, path and what was likely meant', async () => {
    await put('entities/bad.json', {
      name: 'bad',
      labl: 'Bad',
      fields: [
        { name: 'colour', type: 'txt' },
        { name: 'size', type: 'text', max_lenght: 3 },
        { name: 'size', type: 'number', required: 'yes' },
        { type: 'date' },
      ],
    })
    const { code, stderr } = await relata('check', 'shop')
    await rm('entities/bad.json')
    expect(code).toBe(1)
    const at = path.join('shop', 'entities', 'bad.json')
    expect(stderr.trim().split('\n')).toEqual([
      `${at}:3 /labl: “labl” is not known here. Did you mean “label”?`,
      `${at}:7 /fields/0/type: there is no field type “txt”. Did you mean “text”?`,
      `${at}:12 /fields/1/max_lenght: “max_lenght” is not known here. Did you mean “max_length”?`,
      `${at}:15 /fields/2/name: there is another field “size” above`,
      `${at}:17 /fields/2/required: must be true or false`,
      `${at}:19 /fields/3: “name” is missing`,
      '',
      '6 problems',
    ])
  })

  test('a file that is not JSON is named with its line', async () => {
    await writeFile(path.join(folder, 'shop/entities/broken.json'), '{\n  "name": "x",\n}')
    const { code, stderr } = await relata('plan', 'shop')
    await rm('entities/broken.json')
    expect([code, stderr]).toEqual([
      1,
      `${path.join('shop', 'entities', 'broken.json')}:3: line 3, column 1: a comma too many before }\n`,
    ])
    expect(server.asked).toEqual([])
  })

  test('a folder without packages, and a command that is none', async () => {
    expect(await relata('check', 'shop/entities')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no package.json in shop/entities'),
    })
    expect(await relata('aply', 'shop')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean apply?'),
    })
    expect(await relata('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') })
  })

  test('tenant, key and address are asked for', async () => {
    const bare = (env: Record<string, string>) => runRelata(['plan', 'shop'], { cwd: folder, env })
    expect(await bare({})).toMatchObject({ code: 2, stderr: expect.stringContaining('RELATA_TENANT') })
    expect(await bare({ RELATA_TENANT: 'acme' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RELATA_KEY'),
    })
    const nobody = await bare({ RELATA_TENANT: 'acme', RELATA_KEY: 'k', RELATA_URL: 'http://127.0.0.1:1' })
    expect(nobody).toMatchObject({
      code: 2,
      stderr:
        'relata: The server at http://127.0.0.1:1 cannot be reached.\n        Is it running, and is the address right?\n',
    })
  })
})

describe('plan and apply', () => {
  const metadata: Said = { body: { version: 6, packages: [] } }
  const published: Said = { body: { version: 7, plan, jobs: [] } }

  test('a plan is text, and can be JSON', async () => {
    server.answer = answers({ 'metadata/plan': { body: plan } })
    expect(await relata('plan', 'shop', '--sql')).toMatchObject({
      code: 0,
      stdout: 'Version 6 → 7:\n  + add entity Order\n      CREATE TABLE x\n\n1 to add\n',
    })
    const { packages } = JSON.parse(server.asked[0]?.body ?? '')
    expect(packages).toMatchObject([{ name: 'shop', files: { 'entities/order.json': { name: 'order' } } }])
    expect(JSON.parse((await relata('plan', 'shop', '--json')).stdout)).toEqual(plan)
  })

  test('problems that the server finds are shown at their lines', async () => {
    const errors = [
      {
        package: 'shop',
        file: 'entities/order.json',
        path: '/fields/0/type',
        message: 'there is no field type “txt”',
        hint: 'Did you mean “text”?',
      },
    ]
    server.answer = answers({
      'metadata/plan': problem(422, 'RL200', { detail: 'The metadata has problems.', errors }),
    })
    const ran = await relata('plan', 'shop')
    const line =
      readFileSync(path.join(folder, 'shop/entities/order.json'), 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('"type"')) + 1
    expect(ran).toMatchObject({
      code: 1,
      stderr: `${path.join('shop', 'entities', 'order.json')}:${line} /fields/0/type: there is no field type “txt”. Did you mean “text”?\nrelata: The metadata has problems.\n`,
    })
  })

  test('an apply publishes what was planned, says why, and waits for its jobs', async () => {
    const job = { id: 'j1', version: 1, title: 'Index of Order', state: 'done', progress: '100' }
    server.answer = answers({
      metadata,
      'metadata/plan': { body: plan },
      'metadata/publish': { body: { version: 7, plan, jobs: ['j1'] } },
      'records/system.job/j1': { body: job },
    })
    const ran = await relata('apply', 'shop', '--yes', '--note', 'orders')
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Version 7 is published\.\n {2}Index of Order: done\n$/),
    })
    const sent = JSON.parse(server.asked.find((one) => one.path.endsWith('publish'))?.body ?? '')
    expect(sent).toMatchObject({ expectedVersion: 6, confirm: [], note: 'orders', packages: [{ name: 'shop' }] })

    server.answer = answers({
      metadata,
      'metadata/plan': { body: plan },
      'metadata/publish': { body: { version: 7, plan, jobs: ['j1'] } },
      'records/system.job/j1': { body: { ...job, state: 'failed', error: 'twice “A1”' } },
    })
    expect(await relata('apply', 'shop', '--yes')).toMatchObject({
      code: 1,
      stderr: '  Index of Order: failed: twice “A1”\n',
    })
  })

  test('nobody to ask means no publish', async () => {
    server.answer = answers({ metadata, 'metadata/plan': { body: plan }, 'metadata/publish': published })
    expect(await relata('apply', 'shop')).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') })
    expect(server.asked.map((one) => one.path)).not.toContain('/api/v1/acme/metadata/publish')
  })

  test('what would lose data is agreed to by name, each by itself', async () => {
    const losing = { ...plan, needsConfirmation: ['drop:shop.order.colour', 'drop:shop.order.size'] }
    server.answer = answers({ metadata, 'metadata/plan': { body: losing }, 'metadata/publish': published })
    const some = await relata('apply', '--confirm', 'drop:shop.order.colour', 'shop', '--yes')
    expect(some).toMatchObject({
      code: 1,
      stderr: '\n1 step would lose data. To agree, add:\n  --confirm drop:shop.order.size\n',
    })
    expect(server.asked.map((one) => one.path)).not.toContain('/api/v1/acme/metadata/publish')
    const all = await relata(
      'apply',
      'shop',
      '--yes',
      ...losing.needsConfirmation.flatMap((step) => ['--confirm', step]),
    )
    expect(all.code).toBe(0)
    expect(JSON.parse(server.asked.at(-1)?.body ?? '')).toMatchObject({ confirm: losing.needsConfirmation })
  })

  test('what is no longer described goes when it is asked for by name', async () => {
    const kept = { ...plan, droppable: ['drop:shop.order.colour'] }
    server.answer = answers({ metadata, 'metadata/plan': { body: kept }, 'metadata/publish': published })
    const ran = await relata('apply', 'shop', '--yes', '--confirm', 'drop:shop.order.colour')
    expect(ran.code).toBe(0)
    expect(JSON.parse(server.asked.at(-1)?.body ?? '')).toMatchObject({ confirm: ['drop:shop.order.colour'] })
    const silent = await relata('apply', 'shop', '--yes')
    expect(silent.stdout).toContain('To drop for good, add:\n  --confirm drop:shop.order.colour')
  })

  test('packages that are published as they are need no new version', async () => {
    server.answer = answers({ 'metadata/plan': { body: plan } })
    await relata('plan', 'shop')
    const { packages } = JSON.parse(server.asked[0]?.body ?? '')
    server.answer = answers({
      metadata: { body: { version: 6, packages: [{ name: 'base', files: {} }, ...packages] } },
    })
    expect(await relata('apply', 'shop', '--yes')).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: version 6 has exactly these packages.\n',
    })
  })
})

describe('versions', () => {
  test('are listed, compared and restored', async () => {
    const version = {
      version: 7,
      at: '2026-02-03T04:05:06Z',
      by: { id: 'u', display_name: 'Ann' },
      note: 'orders',
      packages: [],
    }
    server.answer = answers({
      'metadata/versions': { body: { data: [version, { ...version, version: 6, by: null, note: null }] } },
      'metadata/compare': { body: { from: 6, to: 7, steps: plan.steps } },
      'metadata/versions/6/restore': { body: { version: 8, plan, jobs: [] } },
    })
    expect((await relata('versions')).stdout).toBe(
      '    7  2026-02-03 04:05  Ann  orders\n    6  2026-02-03 04:05  the system\n',
    )
    expect((await relata('compare', '6', '7')).stdout).toBe('  + add entity Order\n')
    expect((await relata('restore', '6')).stdout).toBe('Version 8 is published: it has what version 6 had.\n')
    expect(await relata('restore', 'six')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not the number of a version'),
    })
  })
})

async function rm(name: string): Promise<void> {
  rmSync(path.join(folder, 'shop', name))
}
