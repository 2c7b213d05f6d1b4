// `relata plugin test`: the plugin's tests against a server that is there for them only.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { packArchive } from '../../plugin/archive.ts'
import { bundleTests, testFiles } from '../../plugin/build/bundle-tests.ts'
import { findRequired } from '../../plugin/build/known-packages.ts'
import { TEST_VARIABLES } from '../../plugin/testing/place.ts'
import { startThrowAwayServer, type ThrowAwayServer } from '../../plugin/testing/throw-away-server.ts'
import { examples, type ExitCode, run, writeError } from '../command.ts'
import { type BuildOptions, buildFolder, withBuild } from './build.ts'

interface TestOptions extends BuildOptions {
  only?: string
}

export function addTestCommand(plugin: Command): void {
  withBuild(examples(plugin.command('test'), 'relata plugin test', 'relata plugin test visits --only "planned"'))
    .description('run the tests of a plugin against a throw-away server')
    .argument('[folder]', 'of the plugin', '.')
    .option('--only <pattern>', 'tests whose name matches')
    .addHelpText(
      'after',
      '\nThe server is the one of RELATA_SERVER (a folder), or the one that this command came with.',
    )
    .action((folder: string, options: TestOptions) => run(() => test(folder, options)))
}

async function test(folder: string, options: TestOptions): Promise<ExitCode> {
  const files = testFiles(folder)
  if (files.length === 0) {
    writeError(`There are no tests in ${folder}. Write some into plugin.test.ts (docs/plugins.md).`)
    return 1
  }
  const place = await mkdtemp(join(tmpdir(), 'relata-plugin-test-'))
  // Both take a while, and neither needs the other.
  const starting = startThrowAwayServer()
  starting.catch(() => undefined)
  try {
    const built = await buildFolder(folder, options)
    if (!built) return 1
    await writeFile(join(place, 'plugin.relata'), packArchive(built.plugin))
    const { packages } = await findRequired(built.folder, options.with)
    const beside = packages.filter(({ name }) => name !== 'system' && name !== 'base')
    await writeFile(join(place, 'packages.json'), JSON.stringify(beside))
    const bundled = await bundleTests(folder, files, place)
    return await runTests(folder, bundled, await starting, place, options.only)
  } finally {
    await starting.then(
      (server) => server.stop(),
      () => undefined,
    )
    await rm(place, { recursive: true, force: true })
  }
}

/** In processes of their own, as node:test has them. */
async function runTests(
  folder: string,
  files: readonly string[],
  { url, cookie }: ThrowAwayServer,
  place: string,
  only: string | undefined,
): Promise<ExitCode> {
  const pattern = only === undefined ? [] : [`--test-name-pattern=${only}`]
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--test', '--test-reporter=spec', ...pattern, ...files],
    {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        [TEST_VARIABLES.url]: url,
        [TEST_VARIABLES.cookie]: cookie,
        [TEST_VARIABLES.plugin]: join(place, 'plugin.relata'),
        [TEST_VARIABLES.packages]: join(place, 'packages.json'),
      },
    },
  )
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('close', (code) => resolve(code === 0 ? 0 : 1)),
  )
}
