// The life of a package on the command line, against the real server: the walk that docs/metadata.md describes.
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import { freePort } from '../support/start-server.ts'
import { type Ran, runRelata } from '../support/run-relata.ts'
import { signIn } from '../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'relata-walk-'))
const file = path.join(folder, 'workshop/entities/bicycle.json')
let server: ServerUnderTest
let place: RelataPlace

beforeAll(async () => {
  server = await startServer()
  place = await makePlace(server.url, await signIn(server.url), 'walk')
}, 90_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

const relata = (...args: string[]): Promise<Ran> => runRelata(args, { cwd: folder, env: place.env })

function setFields(...fields: object[]): void {
  const entity = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...entity, fields: [{ name: 'name', type: 'text' }, ...fields] }, null, 2))
}

test('a package is begun, published, changed, dropped from and restored', { timeout: 60_000 }, async () => {
  await relata('new', 'package', 'workshop')
  await relata('new', 'entity', 'bicycle', '--in', 'workshop')
  expect(await relata('apply', 'workshop', '--yes')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/\+ add entity Bicycle\n[\s\S]*Version 2 is published\./),
  })
  const { id } = await place.relata.records.create('workshop.bicycle', { name: 'Green one' })

  setFields({ name: 'color', type: 'text' }, { name: 'prize', type: 'money', rate_date: 'bought_on' })
  expect(await relata('plan', 'workshop')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/bicycle\.json:\d+ \/fields\/2\/rate_date: .*“bought_on”/),
  })

  setFields({ name: 'color', type: 'text' })
  expect(await relata('apply', 'workshop', '--yes', '--note', 'colours')).toMatchObject({ code: 0 })
  await place.relata.records.update('workshop.bicycle', id, '*', { color: 'green' })

  // Another name for the same field: its values stay.
  setFields({ id: 'color', name: 'colour', type: 'text', aliases: ['color'] })
  expect(await relata('apply', 'workshop', '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('> ') })
  expect(await place.relata.records.get('workshop.bicycle', id)).toMatchObject({ colour: 'green' })

  setFields()
  const retired = await relata('apply', 'workshop', '--yes')
  expect(retired).toMatchObject({ code: 0, stdout: expect.stringContaining('--confirm drop:workshop.bicycle.colour') })
  expect(await relata('plan', 'workshop', '--confirm', 'drop:workshop.bicycle.color')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean “drop:workshop.bicycle.colour”?'),
  })

  expect(await relata('restore', '4')).toMatchObject({ code: 0, stdout: expect.stringContaining('Version 6') })
  expect(await place.relata.records.get('workshop.bicycle', id)).toMatchObject({ colour: 'green' })
  expect(await relata('apply', 'workshop', '--yes')).toMatchObject({ code: 0 })
  const dropped = await relata('apply', 'workshop', '--yes', '--confirm', 'drop:workshop.bicycle.colour')
  expect(dropped).toMatchObject({ code: 0, stdout: expect.stringMatching(/! drop field .*colour/) })

  const versions = (await relata('versions')).stdout.trim().split('\n')
  expect(versions.map((line) => Number(line.trim().split(' ')[0]))).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(versions.find((line) => line.includes('colours'))).toMatch(/^ *3 /)
  expect((await relata('compare', '2', '3')).stdout).toContain('+ add field Color to Bicycle')
})

describe('what goes wrong is told in a line or two', () => {
  const shop = path.join(folder, 'shop')
  const by = (env: Record<string, string>, ...args: string[]) =>
    runRelata(args, { cwd: folder, env: { ...place.env, ...env } })
  /** Nothing could be tried: the reason, a hint, and no stack. */
  const stops = (message: string | RegExp) => ({
    code: 2,
    stdout: '',
    stderr: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  })

  beforeAll(async () => {
    await relata('new', 'package', 'shop')
    await relata('new', 'entity', 'order', '--in', 'shop')
  }, 30_000)

  test('a key that is wrong, of another tenant, or for reading only', { timeout: 30_000 }, async () => {
    expect(await by({ RELATA_KEY: 'rk_wrong' }, 'plan', 'shop')).toMatchObject(
      stops(/^relata: This API key is not valid here\.\n {8}\S.*\n$/),
    )
    expect(await by({ RELATA_TENANT: 'elsewhere' }, 'versions')).toMatchObject(stops(/^relata: .*\n {8}\S.*\n$/))
    const person = await signIn(server.url)
    const made = await person.call('POST', '/api/v1/walk/keys', { name: 'reader', role: 'system.reader' })
    expect(made.status).toBe(201)
    expect(await by({ RELATA_KEY: made.body.key }, 'apply', 'shop', '--yes')).toMatchObject(stops(/administrator/))
  })

  test('a server that does not run, is none, or is no address', { timeout: 30_000 }, async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`
    expect(await by({ RELATA_URL: nobody }, 'versions')).toMatchObject(
      stops(`relata: The server at ${nobody} cannot be reached.\n        Is it running, and is the address right?\n`),
    )
    const other = createServer((_request, response) => response.end('<h1>Welcome</h1>'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const said = await by({ RELATA_URL: `http://127.0.0.1:${port}` }, 'versions')
    other.close()
    expect(said).toMatchObject(stops(/^relata: The server answered with something other than JSON\.\n {8}Is this/))
    expect(await by({ RELATA_URL: 'localhost:3000' }, 'versions')).toMatchObject(
      stops('“localhost:3000” is not the address of a server.'),
    )
  })

  test('files and folders that are not there, or are something else', { timeout: 30_000 }, async () => {
    expect(await relata('plan', 'shoop')).toMatchObject(stops('relata: There is no folder shoop.\n'))
    expect(await relata('plan', 'shop/package.json')).toMatchObject(
      stops(/^relata: shop.package\.json is a file\.\n {8}/),
    )
    expect(await relata('load', 'map.json', '.')).toMatchObject(stops('relata: There is no file map.json.\n'))
    expect(await relata('load', 'shop', '.')).toMatchObject(stops('relata: shop is a folder; name a file in it.\n'))
    writeFileSync(path.join(folder, 'broken.json'), '{\n  "files": [,]\n}')
    expect(await relata('load', 'broken.json', '.')).toMatchObject(stops(/^relata: broken\.json:2: .*\n$/))
    const map = { files: [{ file: 'orders.csv', entity: 'shop.order', columns: { name: 'name' } }] }
    writeFileSync(path.join(folder, 'map.json'), JSON.stringify(map))
    const missing = path.join('exports', 'orders.csv')
    mkdirSync(path.join(folder, 'exports'))
    expect(await relata('load', 'map.json', 'exports')).toMatchObject(stops(`relata: There is no file ${missing}.\n`))
  })

  test('`check` says of a shape what the server says of it', { timeout: 30_000 }, async () => {
    const faulty = {
      name: 'bad',
      labl: 'Bad',
      ownership: 'usr',
      fields: [{ name: 'a', type: 'text', max_length: 'x' }],
    }
    const bad = path.join(shop, 'entities/bad.json')
    writeFileSync(bad, JSON.stringify(faulty, null, 2))
    const [checked, planned] = [await relata('check', 'shop'), await relata('plan', 'shop')]
    rmSync(bad)
    const faults = ({ stderr }: Ran) =>
      stderr
        .split('\n')
        .filter((line) => line.includes('bad.json'))
        .toSorted()
    expect(faults(checked)).toHaveLength(3)
    expect(faults(planned)).toEqual(faults(checked))
  })
})

test('`npx relata` works inside the repository', { timeout: 60_000 }, async () => {
  const root = path.join(import.meta.dirname, '../..')
  // A cache of the test's own, and no network: the command is here already.
  const env = { ...process.env, ...place.env, npm_config_cache: path.join(folder, 'npm') }
  const output = await new Promise<string>((resolve, reject) =>
    execFile('npx', ['--offline', 'relata', 'versions'], { cwd: path.join(root, 'docs'), env }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    ),
  )
  expect(output).toMatch(/^ +\d+ {2}\d{4}-\d\d-\d\d/)
})
