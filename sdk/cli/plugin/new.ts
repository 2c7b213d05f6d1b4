// `relata plugin new`: a small plugin that builds, and whose tests pass, before its author has written a line.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import { sdkModule } from '../../plugin/build/modules.ts'
import { examples, type ExitCode, run, write } from '../command.ts'
import { writeTypes } from '../types.ts'

const TEMPLATE = fileURLToPath(new URL('../../template/plugin/', import.meta.url))
const SCHEMAS = fileURLToPath(new URL('../../schemas/', import.meta.url))
const NAME = /^[a-z][a-z0-9_]{0,39}$/

export function addNewPluginCommand(plugin: Command): void {
  examples(plugin.command('new'), 'relata plugin new visits', 'relata plugin new work/visits')
    .description('write the first lines of a plugin: metadata, code and a test')
    .argument('<folder>', 'where; its last part is the name of the plugin')
    .action((folder: string) => run(() => newPlugin(folder)))
}

async function newPlugin(folder: string): Promise<ExitCode> {
  const name = basename(resolve(folder))
  if (!NAME.test(name)) {
    throw new RelataError('RL104', `“${name}” cannot be the name of a plugin.`, {
      hint: 'Lower case letters, digits and _, beginning with a letter, at most 40: site_visits.',
    })
  }
  if (existsSync(join(folder, 'metadata')) || existsSync(join(folder, 'plugin.ts')))
    throw new RelataError('RL207', `There is a plugin in ${folder} already.`)
  for (const path of await templateFiles()) {
    const text = await readFile(join(TEMPLATE, path), 'utf8')
    const target = join(folder, fileName(path, name))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, named(text, name, target))
  }
  await writeTypes(folder, {})
  write(`${folder} is begun: an entity, a hook that sets a day, a button with a form, and a test.\n`)
  write(`Next: relata plugin test ${folder}        run its tests, no server needed`)
  write(`      relata plugin dev ${folder}         work on it in a running tenant`)
  return 0
}

async function templateFiles(): Promise<string[]> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)))
}

/** npm leaves a .gitignore out of packages, hence its other name. */
const fileName = (path: string, name: string): string =>
  path === 'gitignore' ? '.gitignore' : path.replace('my_plugin', name)

function named(text: string, name: string, target: string): string {
  const label = name.replaceAll('_', ' ')
  const filled = text
    .replaceAll('my_plugin', name)
    .replaceAll('My plugin', label.charAt(0).toUpperCase() + label.slice(1))
  if (basename(target) === 'tsconfig.json') return withPaths(filled, dirname(target))
  const schema = schemaOf(target)
  return schema === undefined ? filled : filled.replace('{\n', `{\n  "$schema": ${JSON.stringify(schema)},\n`)
}

/** What makes editors complete and underline; by the way from the file to the schema. */
function schemaOf(target: string): string | undefined {
  const folders: Readonly<Record<string, string>> = { entities: 'entity', actions: 'action', apps: 'app' }
  const kind = folders[basename(dirname(target))]
  const file =
    basename(target) === 'plugin.json'
      ? 'plugin.json'
      : target.endsWith('package.json')
        ? 'package.json'
        : `${kind}.json`
  if (!target.endsWith('.json') || !existsSync(join(SCHEMAS, file))) return undefined
  return relative(dirname(resolve(target)), join(SCHEMAS, file))
    .split(sep)
    .join('/')
}

/** Where Node does not find `relata` from the folder, as in a checkout of Relata, the compiler is told where it is. */
function withPaths(text: string, folder: string): string {
  if (canResolve(folder)) return text
  const from = (path: string): string => {
    const way = relative(resolve(folder), sdkModule(path)).split(sep).join('/')
    return JSON.stringify(way.startsWith('.') ? way : `./${way}`)
  }
  const paths = `    "paths": {\n      "relata/plugin": [${from('plugin/index')}],\n      "relata/plugin/testing": [${from('plugin/testing/api')}]\n    },\n`
  return text.replace('    "noEmit"', `${paths}    "noEmit"`)
}

function canResolve(folder: string): boolean {
  try {
    createRequire(join(resolve(folder), 'plugin.ts')).resolve('relata/plugin')
    return true
  } catch {
    return false
  }
}
