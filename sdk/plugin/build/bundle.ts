// One file of a plugin's code and of all that it imports, for a place without Node. What cannot come along is told with
// the line that wants it and what to do instead.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { build, type Message, type Plugin } from 'esbuild'
import type { Problem } from '../../errors.ts'
import { BUNDLE_FILE } from './map-stack.ts'
import { sdkModule } from './modules.ts'

export interface Bundle {
  code: string
  /** Source map, version 3, without the sources' contents. */
  map: string
  /** Files that went into it, absolute: to watch. */
  inputs: readonly string[]
}
export type Bundled = { ok: true; bundle: Bundle } | { ok: false; problems: readonly Problem[] }

/** @param entry plugin.ts @param folder of the plugin @param name of its package */
export async function bundlePlugin(folder: string, entry: string, name: string): Promise<Bundled> {
  const root = resolve(folder)
  const start = [
    `import plugin from ${JSON.stringify(`./${relative(root, resolve(entry)).split(sep).join('/')}`)}`,
    `import { expose } from ${JSON.stringify(sdkModule('plugin/runtime'))}`,
    `expose(plugin, ${JSON.stringify(name)})`,
  ]
  try {
    const built = await build({
      stdin: { contents: start.join('\n'), resolveDir: root, sourcefile: 'start.js' },
      absWorkingDir: root,
      bundle: true,
      write: false,
      outfile: BUNDLE_FILE,
      format: 'iife',
      platform: 'neutral',
      target: 'es2023',
      mainFields: ['module', 'main'],
      conditions: ['import'],
      sourcemap: 'external',
      sourcesContent: false,
      minify: true,
      // Names of functions stand in stacks; without sourcesContent they help more than they cost.
      keepNames: false,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      metafile: true,
      tsconfigRaw: '{}',
      plugins: [onlyWhatComesAlong(root)],
    })
    const textOf = (end: string): string => built.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
    const inputs = Object.keys(built.metafile.inputs).map((input) => resolve(root, input))
    return { ok: true, bundle: { code: textOf('.js'), map: textOf('.map'), inputs } }
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    return { ok: false, problems: error.errors.map((message) => problemOf(root, message)) }
  }
}

function onlyWhatComesAlong(root: string): Plugin {
  const own = `${root}${sep}`
  const sdkFolder = `${dirname(dirname(sdkModule('plugin/index')))}${sep}`
  return {
    name: 'only-what-comes-along',
    setup(set) {
      set.onResolve({ filter: /.*/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === PASSED || kind === 'entry-point') return undefined
        if (path === 'relata/plugin') return { path: sdkModule('plugin/index') }
        const fault = refusalOf(path, importer, root)
        if (fault) return { errors: [fault] }
        const isOwn = importer === '' || importer.startsWith(own)
        if (!/^[./]/.test(path) || !isOwn) return undefined
        const found = await set.resolve(path, { resolveDir, kind, pluginData: PASSED })
        const isInside = found.path.startsWith(own) || found.path.startsWith(sdkFolder)
        if (found.errors.length > 0 || isInside) return found
        const text = `“${path}” is outside of the plugin’s folder`
        return { errors: [{ text, notes: [{ text: 'Move the file into the folder, or make it an npm package.' }] }] }
      })
    },
  }
}
const PASSED = Symbol('passed')

interface Fault {
  text: string
  notes: { text: string }[]
}

function refusalOf(path: string, importer: string, root: string): Fault | undefined {
  if (path.startsWith('relata/')) {
    const hint = path === 'relata/plugin/testing' ? 'It is for plugin.test.ts.' : 'Import relata/plugin.'
    return { text: `“${path}” is not for code that runs in the sandbox`, notes: [{ text: hint }] }
  }
  const isRelative = /^[./]/.test(path)
  if (!isRelative && (isBuiltin(path) || path.startsWith('node:'))) {
    const by = importer.includes(`${sep}node_modules${sep}`) ? `, which ${packageIn(importer)} imports,` : ''
    const name = path.replace(/^node:/, '').split('/')[0] ?? path
    const hint = INSTEAD[name] ?? 'Use what ECMAScript has, and what the functions get as their second argument.'
    return { text: `“${path}”${by} is of Node, and a plugin runs without it`, notes: [{ text: hint }] }
  }
  const isOwnImport = !importer.includes(`${sep}node_modules${sep}`)
  if (isRelative || !isOwnImport) return undefined
  const name = path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
  if (dependenciesOf(root).includes(name)) return undefined
  const hint = `Write it into "dependencies" of package.json beside plugin.ts, with: npm install ${name}`
  return { text: `“${name}” is not a dependency of the plugin`, notes: [{ text: hint }] }
}

/** Module of Node → what a plugin does instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  fs: 'Keep what you would read from files in metadata, in records, or in a .ts file of the plugin.',
  http: 'Call other systems with http.fetch, and name their hosts in plugin.json.',
  https: 'Call other systems with http.fetch, and name their hosts in plugin.json.',
  net: 'Call other systems with http.fetch, and name their hosts in plugin.json.',
  timers: 'To wait, there is sleep(ms); to do something later, a job.',
  process: 'What differs from place to place belongs into settings or secrets of plugin.json.',
  crypto: 'Signatures of incoming calls are checked by the host: route({ access: "signed", signature }).',
  child_process: 'A plugin is one piece of code; longer work is a job.',
  worker_threads: 'A plugin is one piece of code; longer work is a job.',
}

function dependenciesOf(root: string): string[] {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const listed = typeof value === 'object' && value !== null && 'dependencies' in value ? value.dependencies : {}
    return Object.keys(listed ?? {})
  } catch {
    return []
  }
}

function packageIn(file: string): string {
  const parts = file.split(`${sep}node_modules${sep}`).at(-1)?.split(sep) ?? []
  return parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1).join('/')
}

const isBuildFailure = (error: unknown): error is { errors: Message[] } =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors)

function problemOf(root: string, { text, location, notes }: Message): Problem {
  const hint = notes.map((note) => note.text).join(' ')
  const message = text.replace(/^\[plugin [^\]]*\] /, '').replace(/\.$/, '')
  if (!location || location.file === 'start.js') return { path: '', message, ...(hint ? { hint } : {}) }
  return {
    path: '',
    message,
    // From the metadata folder, as the other files of a plugin.
    file: join('..', relative(root, resolve(root, location.file))),
    params: { line: location.line, column: location.column + 1 },
    ...(hint ? { hint } : {}),
  }
}
