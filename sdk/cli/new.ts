// `relata new`: the first lines of a package or an entity, with the schema that makes editors help.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { RelataError } from '../errors.ts'
import { examples, type ExitCode, run, write } from './command.ts'

const SCHEMAS = fileURLToPath(new URL('../schemas/', import.meta.url))
const NAME = /^[a-z][a-z0-9_]{0,39}$/

export function addNewCommand(program: Command): void {
  const command = program.command('new').description('write the first lines of a package or an entity')
  examples(command, 'relata new package shop', 'relata new entity order --in shop')
  examples(command.command('package'), 'relata new package shop', 'relata new package trades/shop')
    .description('a package folder')
    .argument('<folder>', 'where; its last part is the name of the package')
    .action((folder: string) => run(() => newPackage(folder)))
  examples(command.command('entity'), 'relata new entity order --in shop')
    .description('an entity in a package')
    .argument('<name>', 'lower case letters, digits and _')
    .option('--in <folder>', 'package folder', '.')
    .action((name: string, options: { in: string }) => run(() => newEntity(name, options.in)))
}

async function newPackage(folder: string): Promise<ExitCode> {
  const name = checkName(basename(resolve(folder)))
  const file = join(folder, 'package.json')
  await put(file, {
    $schema: schemaFor(file, 'package.json'),
    name,
    version: '1.0.0',
    label: words(name),
    requires: { base: '^1.0.0' },
  })
  write(`${file}\nNext: relata new entity NAME --in ${folder}`)
  return 0
}

async function newEntity(name: string, folder: string): Promise<ExitCode> {
  checkName(name)
  if (!existsSync(join(folder, 'package.json'))) {
    const hint = `Begin one with: relata new package ${folder === '.' ? 'FOLDER' : folder}`
    throw new RelataError('RL101', `There is no package.json in ${folder}.`, { hint })
  }
  const file = join(folder, 'entities', `${name}.json`)
  await put(file, {
    $schema: schemaFor(file, 'entity.json'),
    name,
    label: words(name),
    plural: `${words(name)}s`,
    icon: 'box',
    ownership: 'user',
    history: true,
    search: true,
    display_name: 'name',
    fields: [{ name: 'name', type: 'text', label: 'Name', required: true, searchable: true }],
  })
  write(`${file}\nNext: add fields, then: relata apply ${folder}`)
  return 0
}

function checkName(name: string): string {
  if (NAME.test(name)) return name
  throw new RelataError('RL104', `“${name}” cannot be a name.`, {
    hint: 'Lower case letters, digits and _, beginning with a letter, at most 40: parking_violation.',
  })
}

/** @throws RL207 rather than write over a file */
async function put(file: string, value: unknown): Promise<void> {
  if (existsSync(file)) throw new RelataError('RL207', `${file} is there already.`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`)
}

/** From the file to the schema, as `$schema` wants it. */
function schemaFor(file: string, schema: string): string {
  return relative(dirname(resolve(file)), join(SCHEMAS, schema))
    .split(sep)
    .join('/')
}

function words(name: string): string {
  const text = name.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
