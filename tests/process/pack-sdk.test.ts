// The sdk as others get it: packed, unpacked into a folder that has nothing of the repository, and a plugin built with it.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packSdk } from '../../.ci/pack-sdk.ts'
import { compileFolder } from '../support/plugin-place.ts'

const root = path.join(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'relata-outside-'))
const modules = path.join(folder, 'node_modules')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, ...args: string[]): Promise<string> =>
  new Promise((resolve, reject) =>
    execFile(program, args, { cwd: folder }, (error, out, err) =>
      error ? reject(new Error(out + err)) : resolve(out),
    ),
  )
const relata = (...args: string[]) => run(process.execPath, path.join(modules, 'relata/sdk/cli/main.js'), ...args)

/** As npm would lay it out; its dependencies come from the repository, for there may be no network. */
beforeAll(async () => {
  const file = packSdk(folder)
  mkdirSync(path.join(modules, 'relata'), { recursive: true })
  await run('tar', '-xzf', file, '-C', path.join(modules, 'relata'), '--strip-components=1')
  const { dependencies } = JSON.parse(readFileSync(path.join(modules, 'relata/package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), 'typescript']) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  }
}, 60_000)

test('begins a plugin, writes its types, builds and packs it', { timeout: 60_000 }, async () => {
  await relata('plugin', 'new', 'visits')
  expect(readFileSync(path.join(folder, 'visits/tsconfig.json'), 'utf8')).not.toContain('paths')
  expect(await compileFolder(path.join(folder, 'visits'))).toEqual([])
  expect(await relata('plugin', 'build', 'visits')).toMatch(/^visits 1\.0\.0 builds: 1 hook, 1 action/)
  expect(await relata('plugin', 'pack', 'visits')).toMatch(/visits-1\.0\.0\.relata/)
  const schema = JSON.parse(readFileSync(path.join(folder, 'visits/metadata/entities/reminder.json'), 'utf8')).$schema
  expect(path.resolve(folder, 'visits/metadata/entities', schema)).toBe(
    path.join(modules, 'relata/sdk/schemas/entity.json'),
  )
})

test('a program finds the typed client in it', { timeout: 30_000 }, async () => {
  const code = [
    "import { createClient } from 'relata/client'",
    "const relata = createClient({ url: 'http://127.0.0.1:1', tenant: 't', key: 'k' })",
    "console.log(typeof relata.records.list, await relata.records.list('base.person').catch((error) => error.code))",
  ]
  expect(await run(process.execPath, '--input-type=module', '-e', code.join('\n'))).toBe('function RL505\n')
})
