// Tests of a plugin as files that Node runs: its own .ts files and packages in them, the sdk beside them.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { sdkModule } from './modules.ts'

export function testFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.test\.[tj]s$/.test(name))
    .sort()
}

/** @param into an empty folder @returns files in it, in the order of `files` */
export async function bundleTests(folder: string, files: readonly string[], into: string): Promise<string[]> {
  await build({
    entryPoints: files.map((file) => join(resolve(folder), file)),
    absWorkingDir: resolve(folder),
    outdir: into,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
    tsconfigRaw: '{}',
    plugins: [sdkBeside],
  })
  return files.map((file) => join(into, file.replace(/\.[tj]s$/, '.mjs')))
}

/** One copy of it, whichever folder the tests lie in. */
const sdkBeside: Plugin = {
  name: 'sdk-beside',
  setup(set) {
    const modules: Readonly<Record<string, string>> = {
      'relata/plugin': 'plugin/index',
      'relata/plugin/testing': 'plugin/testing/index',
      'relata/client': 'client/index',
    }
    set.onResolve({ filter: /^relata\// }, ({ path }) => {
      const module = Object.hasOwn(modules, path) ? modules[path] : undefined
      return module === undefined ? undefined : { path: pathToFileURL(sdkModule(module)).href, external: true }
    })
  },
}
