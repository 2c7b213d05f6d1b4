// The tests of every plugin in the repository, and of what `relata plugin new` writes, run as their authors run them. One
// server serves them all; each has a tenant of its own.
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startThrowAwayServer, type ThrowAwayServer } from '../../sdk/plugin/testing/throw-away-server.ts'
import { runRelata } from '../support/run-relata.ts'

const root = path.join(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'relata-plugin-tests-'))
const plugins = globSync(['docs/samples/plugins/*/plugin.test.ts', 'plugins/*/plugin.test.ts'], { cwd: root })
/** The room that runs the code of plugins: without it they are installed and do nothing. */
const hasHooks = existsSync(path.join(root, 'kernel/hooks'))
let server: ThrowAwayServer

beforeAll(async () => {
  if (hasHooks) server = await startThrowAwayServer()
}, 90_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (plugin: string) =>
  runRelata(['plugin', 'test', plugin, '--no-types'], {
    cwd: folder,
    env: { RELATA_TEST_URL: server.url, RELATA_TEST_COOKIE: server.cookie },
  })

test.skipIf(!hasHooks).each(plugins.map((file) => path.dirname(file)).sort())(
  '%s',
  { timeout: 90_000 },
  async (plugin) => {
    const { code, stdout, stderr } = await run(path.join(root, plugin))
    expect(code, stdout + stderr).toBe(0)
  },
)

test.skipIf(!hasHooks)('what `relata plugin new` writes', { timeout: 90_000 }, async () => {
  await runRelata(['plugin', 'new', 'fresh'], { cwd: folder })
  const { code, stdout, stderr } = await run('fresh')
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/pass 2\n/)
})
