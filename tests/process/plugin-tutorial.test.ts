// The walk of docs/plugins.md on a real server: the sample is built, signed, installed with its grants shown, works, and
// survives a bug of its own.
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileFolder } from '../support/plugin-place.ts'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import type { Ran } from '../support/run-relata.ts'
import { runRelataHere } from '../support/run-relata-here.ts'
import { signIn } from '../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'

const root = path.join(import.meta.dirname, '../..')
const samples = path.join(root, 'docs/samples/plugins')
const folder = mkdtempSync(path.join(tmpdir(), 'relata-tutorial-'))
const file = (name: string): string => path.join(folder, 'visits', name)
let server: ServerUnderTest
let place: RelataPlace
let oak: string

beforeAll(async () => {
  cpSync(path.join(samples, 'visits'), path.join(folder, 'visits'), { recursive: true })
  server = await startServer({ env: { RELATA_DEV_PLUGINS: 'true' } })
  place = await makePlace(server.url, await signIn(server.url), 'tutorial')
  oak = (await place.relata.records.create('base.organisation', { name: 'Oak & Co' })).id
}, 90_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const relata = (...args: string[]): Promise<Ran> => runRelataHere(args, { cwd: folder, env: place.env })
const edit = (name: string, change: (text: string) => string): void =>
  writeFileSync(file(name), change(readFileSync(file(name), 'utf8')))
const visit = (values: object) => place.relata.records.create('visits.visit', { organisation: oak, ...values })

/** What is to come about soon: after-hooks run behind the save. */
async function soon<T>(look: () => Promise<T>, isThere: (found: T) => boolean): Promise<T> {
  const deadline = performance.now() + 15_000
  for (;;) {
    const found = await look()
    if (isThere(found) || performance.now() > deadline) return found
    await delay(50)
  }
}

/** The room that runs the code of plugins: without it they are installed and do nothing. */
const testOfCode = test.skipIf(!existsSync(path.join(root, 'kernel/hooks')))

describe('the plugin of the tutorial', () => {
  test('is packed, shown with what it asks for, and installed', { timeout: 60_000 }, async () => {
    expect((await relata('plugin', 'key', 'new', 'my.key')).code).toBe(0)
    const packed = await relata('plugin', 'pack', 'visits', '--sign', 'my.key', '--no-types', '--out', 'visits.relata')
    expect(packed).toMatchObject({ code: 0, stdout: expect.stringMatching(/signed by {2}SHA256:/) })
    expect((await relata('plugin', 'install', 'visits.relata')).stdout).toContain('read name and visits_last_on of')
    expect(await place.relata.plugins.list()).toEqual([])
    const installed = await relata('plugin', 'install', 'visits.relata', '--yes')
    expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining('visits 1.0.0 is installed and runs.') })
    const listed = /It asks to:\n([\s\S]*?)\n\n/.exec(installed.stdout)?.[1] ?? ''
    expect(readFileSync(path.join(root, 'docs/plugins.md'), 'utf8')).toContain(listed)
  })

  testOfCode('works: its hooks, its button, its settings', { timeout: 30_000 }, async () => {
    expect(await visit({ visited_on: '2026-01-05', outcome: 'bad' })).toMatchObject({ next_on: '2026-01-12' })
    await expect(visit({ visited_on: '2999-01-01' })).rejects.toMatchObject({
      code: 'RL402',
      problems: [{ path: '/visited_on', message: expect.stringContaining('after it took place') }],
    })
    const shown = await soon(
      () => place.relata.records.get('base.organisation', oak),
      (organisation) => organisation['visits_last_on'] !== null,
    )
    expect(shown['visits_last_on']).toBe('2026-01-05')
    expect((await relata('plugin', 'settings', 'visits', '{"weeks": 2}')).code).toBe(0)
    expect(await visit({ visited_on: '2026-01-05', outcome: 'good' })).toMatchObject({ next_on: '2026-01-19' })
  })

  testOfCode('is asked from outside: a program presses its button', { timeout: 60_000 }, async () => {
    const program = path.join(root, 'docs/samples/programs/plan-visits.ts')
    const beside = path.join(folder, 'program')
    mkdirSync(beside)
    cpSync(program, path.join(beside, 'plan-visits.ts'))
    expect((await relata('types', '--server', '--out', 'program/relata.d.ts')).code).toBe(0)
    const sdk = (name: string) => [path.join(root, 'sdk', name)]
    const paths = { 'relata/plugin': sdk('plugin/index.ts'), 'relata/client': sdk('client/index.ts') }
    const compilerOptions = { module: 'preserve', strict: true, allowImportingTsExtensions: true, paths }
    const typeRoots = [path.join(root, 'node_modules/@types')]
    const config = { compilerOptions: { ...compilerOptions, typeRoots, types: ['node'] }, include: ['*.ts'] }
    writeFileSync(path.join(beside, 'tsconfig.json'), JSON.stringify(config))
    expect((await compileFolder(beside)).filter((line) => line.startsWith('plan-visits.ts'))).toEqual([])
    await place.relata.records.create('base.organisation', { name: 'Ash' })
    const output = await new Promise<string>((resolve, reject) =>
      execFile(process.execPath, [program], { env: { ...process.env, ...place.env } }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      ),
    )
    expect(output).toBe('The visit is planned. 1\n')
  })

  testOfCode('is run, tried, counted and granted less from the command line', { timeout: 60_000 }, async () => {
    expect((await relata('plugin', 'jobs', 'list', 'visits')).stdout).toMatch(/^remind +0 6 \* \* 1-5\n$/)
    expect(await relata('plugin', 'jobs', 'run', 'visits', 'remind')).toMatchObject({ code: 0, stderr: '' })
    expect(await relata('plugin', 'jobs', 'run', 'visits', 'remnd')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('remnd'),
    })
    const tried = await relata('plugin', 'dry-run', 'visits', 'visits.visit')
    expect(tried).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/next_day \(before create, update\): 2 asked/),
    })
    const usage = await soon(
      () => relata('plugin', 'usage', 'visits'),
      ({ stdout }) => stdout.includes('before next_day'),
    )
    expect(usage.stdout).toMatch(/before next_day +\d+/)
    expect(await relata('plugin', 'grant', 'visits', '--deny', 'mail', '--yes')).toMatchObject({ code: 0 })
    expect((await relata('plugin', 'list', 'visits')).stdout).toContain('may not  send mail')
    expect(await relata('plugin', 'grant', 'visits', '--all', '--yes')).toMatchObject({ code: 0 })
    expect((await relata('plugin', 'list', 'visits')).stdout).not.toContain('may not')
  })

  testOfCode('survives its own bug, and says where it is', { timeout: 60_000 }, async () => {
    const good = readFileSync(file('plugin.ts'), 'utf8')
    edit('plugin.ts', (text) => text.replace('record.visited_on >', 'Object(record.visited_on).toUpperCas() >'))
    edit('metadata/package.json', (text) => text.replace('1.0.0"', '1.0.1"'))
    const broken = await relata('plugin', 'install', 'visits', '--yes', '--no-types', '--accept', 'signer')
    expect(broken).toMatchObject({ code: 0, stdout: expect.stringContaining('visits 1.0.1 is installed') })
    await expect(visit({ visited_on: '2026-01-05' })).rejects.toMatchObject({ code: 'RL403' })
    const line =
      readFileSync(file('plugin.ts'), 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('toUpperCas')) + 1
    const log = await soon(
      () => relata('plugin', 'log', 'visits'),
      ({ stdout }) => stdout.includes('toUpperCas'),
    )
    expect(log.stdout).toMatch(new RegExp(`before next_day: .*toUpperCas[\\s\\S]*plugin\\.ts:${line}:`))
    // The server, and what the plugin has no part in, go on.
    expect(await place.relata.records.create('base.organisation', { name: 'Elm' })).toMatchObject({ name: 'Elm' })

    writeFileSync(file('plugin.ts'), good)
    edit('metadata/package.json', (text) => text.replace('1.0.1"', '1.0.2"'))
    expect((await relata('plugin', 'install', 'visits', '--yes', '--no-types')).code).toBe(0)
    expect(await visit({ visited_on: '2026-01-05', outcome: 'bad' })).toMatchObject({ next_on: '2026-01-12' })
  })

  test('is stopped and removed, its data kept', { timeout: 60_000 }, async () => {
    expect((await relata('plugin', 'disable', 'visits')).code).toBe(0)
    expect(await visit({ visited_on: '2026-01-05', outcome: 'bad' })).toMatchObject({ next_on: null })
    const removed = await relata('plugin', 'remove', 'visits', '--data', 'keep', '--yes')
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringMatching(/visits\.visit: \d+ records?/) })
    expect(await place.relata.plugins.list()).toEqual([])
  })
})

testOfCode(
  '`dev` brings each change into the running tenant, and tells what goes wrong there',
  {
    timeout: 60_000,
  },
  async () => {
    const child = spawn(
      process.execPath,
      [path.join(root, 'sdk/cli/main.ts'), 'plugin', 'dev', 'visits', '--no-types'],
      {
        cwd: folder,
        env: { ...process.env, ...place.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (out += text))
    const says = (what: string | RegExp) =>
      soon(
        async () => out,
        (text) => text.search(what) >= 0,
      )
    try {
      expect(await says(/is loaded in \d+ ms/)).toMatch(/visits 1\.0\.2 is loaded in \d+ ms/)
      // A line of the log, another day, and records that were not asked for.
      edit('plugin.ts', (text) =>
        text
          .replace("'good' ? weeks : 1)", "'good' ? weeks : 2)")
          .replace(
            'const filter =',
            "log.info('looking')\n      await records.count('base.person')\n      const filter =",
          ),
      )
      await says(/loaded[\s\S]*loaded/)
      await soon(
        () => visit({ visited_on: '2026-01-05', outcome: 'bad' }),
        (record) => record['next_on'] === '2026-01-19',
      )
      expect(await says('add to plugin.json')).toContain(
        'add to plugin.json: "permissions": { "records": { "base.person": { "read": true } } }',
      )
      expect(out).toContain('after last_visit: looking')
      edit('plugin.ts', (text) => text.replace('definePlugin([', 'definePlugin(['.slice(0, -1)))
      expect(await says(/plugin\.ts:\d+: /)).toMatch(/plugin\.ts:\d+: .*\n[\s\S]*1 problem/)
    } finally {
      child.kill('SIGINT')
      await new Promise((resolve) => child.once('close', resolve))
    }
  },
)
