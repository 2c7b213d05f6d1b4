// The life of a package on the command line, against the real server: the walk that docs/metadata.md describes.
import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileFolder } from '../support/plugin-place.ts'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import { freePort } from '../support/start-server.ts'
import type { Ran } from '../support/run-relata.ts'
import { runRelataHere } from '../support/run-relata-here.ts'
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

const relata = (...args: string[]): Promise<Ran> => runRelataHere(args, { cwd: folder, env: place.env })

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
    runRelataHere(args, { cwd: folder, env: { ...place.env, ...env } })
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

test('what one tenant has is exported as files, and applied to another', { timeout: 60_000 }, async () => {
  const other = await makePlace(server.url, await signIn(server.url), 'walk-test')
  const custom = {
    name: 'custom',
    files: {
      'package.json': { name: 'custom', version: '1.0.0', label: 'Ours', requires: { base: '^1.0.0' } },
      'entities/person.json': { extends: 'base.person', fields: [{ name: 'shoe_size', type: 'number' }] },
    },
  }
  await place.relata.metadata.publish([custom])
  const exported = await relata('export', 'walk', '--package', 'custom')
  expect(exported).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('custom: 2 files') })
  expect(JSON.parse(readFileSync(path.join(folder, 'walk/custom/entities/person.json'), 'utf8'))).toEqual(
    custom.files['entities/person.json'],
  )
  const applied = await runRelataHere(['apply', 'walk', '--yes'], { cwd: folder, env: other.env })
  expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('add field Shoe size to Person') })
  const { packages } = await other.relata.metadata.read()
  expect(packages.find(({ name }) => name === 'custom')?.files).toEqual(custom.files)

  // Once more, when a file is gone there: it goes here as well, and what came with the server is not written at all.
  const { 'entities/person.json': _gone, ...files } = custom.files
  await place.relata.metadata.publish([{ name: 'custom', files }])
  expect((await relata('export', 'walk')).stdout).toContain('custom: 1 file, 1 removed')
  expect(existsSync(path.join(folder, 'walk/custom/entities/person.json'))).toBe(false)
  expect(existsSync(path.join(folder, 'walk/base'))).toBe(false)
  expect(await relata('export', 'walk', '--package', 'custm')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean “custom”?'),
  })
})

test('types of what a tenant has, for a program beside it', { timeout: 60_000 }, async () => {
  await relata('types', '--server', '--out', 'relata.d.ts')
  const types = readFileSync(path.join(folder, 'relata.d.ts'), 'utf8')
  expect(types).toMatch(/^\/\/ Written by `relata types` from the tenant walk\./)
  expect(types).toMatch(/interface BasePerson extends Standard, Owned \{\n {2}\/\*\* Name \*\/\n {2}name: PersonName\n/)
  // The same as without a server, which knows the packages only.
  expect(types).toMatch(/full_name: string \| null/)
  const sdk = (name: string) => [path.join(import.meta.dirname, '../../sdk', name)]
  const paths = { 'relata/plugin': sdk('plugin/index.ts'), 'relata/client': sdk('client/index.ts') }
  const compilerOptions = { module: 'preserve', strict: true, allowImportingTsExtensions: true, types: [], paths }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  writeFileSync(
    path.join(folder, 'program.ts'),
    [
      "import { createClient } from 'relata/client'",
      "import type { Actions, Entities } from 'relata/plugin'",
      "const relata = createClient<Entities, Actions>({ url: '', tenant: '' })",
      "const person = await relata.records.get('base.person', '')",
      'person.name.family?.toUpperCase()',
      'person.nme',
      "await relata.records.create('base.organisation', { nam: 'x' })",
      "await relata.records.list('base.peson')",
      "for await (const { job_title } of relata.records.all('base.person')) job_title?.trim()",
      "declare module 'relata/plugin' { interface Actions { 'visits.plan': { day: string; why: string | null } } }",
      "await relata.actions.run('visits.plan', { input: { day: '2026-01-05' } })",
      "await relata.actions.run('visits.plan', { input: { why: null } })",
      "await relata.actions.run('visits.plan', {})",
      "await relata.actions.run('visits.plann', { input: { day: '2026-01-05' } })",
      "for await (const event of relata.live()) if (event.type === 'change') event.changes.map(({ ids }) => ids?.length)",
    ].join('\n'),
  )
  const faults = (await compileFolder(folder)).filter((line) => line.startsWith('program.ts'))
  expect(faults.map((line) => Number(/\((\d+),/.exec(line)?.[1]))).toEqual([6, 7, 8, 12, 13, 14])
})

test('the sample program of docs/client.md compiles and runs', { timeout: 60_000 }, async () => {
  const sample = path.join(import.meta.dirname, '../../docs/samples/programs/people-without-mail.ts')
  copyFileSync(sample, path.join(folder, 'sample.ts'))
  writeFileSync(path.join(folder, 'globals.d.ts'), GLOBALS)
  expect((await compileFolder(folder)).filter((line) => line.startsWith('sample.ts'))).toEqual([])
  const name = { given: 'Ada', family: 'Lovelace' }
  await place.relata.records.create('base.person', { name, work_phone: '+442079460000' })
  await place.relata.records.create('base.person', { name: { given: 'Alan' }, email: 'alan@example.org' })
  const output = await new Promise<string>((resolve, reject) =>
    execFile(process.execPath, [sample], { env: { ...process.env, ...place.env } }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    ),
  )
  expect(output).toBe('Ada Lovelace  +442079460000\n')
})

test('the sample program that follows changes compiles, and says what happens', { timeout: 60_000 }, async () => {
  const sample = path.join(import.meta.dirname, '../../docs/samples/programs/follow-people.ts')
  copyFileSync(sample, path.join(folder, 'follow.ts'))
  writeFileSync(path.join(folder, 'globals.d.ts'), GLOBALS)
  expect((await compileFolder(folder)).filter((line) => line.startsWith('follow.ts'))).toEqual([])
  const child = spawn(process.execPath, [sample], { env: { ...process.env, ...place.env } })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('Listening.')
    await place.relata.records.create('base.person', { name: { given: 'Grace', family: 'Hopper' } })
    expect((await lines.next()).value).toBe('Grace Hopper, version 1')
  } finally {
    child.kill()
  }
})

/** What the program has of Node, for a compiler without its types. */
const GLOBALS = `declare const process: { env: Record<string, string | undefined> }
declare const console: { log(text: string): void }
`

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
