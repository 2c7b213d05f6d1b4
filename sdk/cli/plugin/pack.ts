// `relata plugin pack` and `relata plugin key new`: the one file that others install, and the key that vouches for it.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import { archiveName, packArchive, readArchive } from '../../plugin/archive.ts'
import { createSigningKey } from '../../plugin/signature.ts'
import { examples, type ExitCode, run, write } from '../command.ts'
import { requireFile } from '../folders.ts'
import { type BuildOptions, buildFolder, withBuild } from './build.ts'

interface PackOptions extends BuildOptions {
  sign?: string
  out?: string
}

export function addPackCommands(plugin: Command): void {
  withBuild(examples(plugin.command('pack'), 'relata plugin pack', 'relata plugin pack visits --sign ~/relata.key'))
    .description('build a plugin and write the file that others install: NAME-VERSION.relata')
    .argument('[folder]', 'of the plugin', '.')
    .option('--sign <file>', 'key to sign it with (relata plugin key new)')
    .option('--out <file>', 'where (default: in the folder dist of the plugin)')
    .action((folder: string, options: PackOptions) => run(() => pack(folder, options)))

  const key = plugin.command('key').description('keys that sign plugins')
  examples(key, 'relata plugin key new ~/relata.key')
  examples(key.command('new'), 'relata plugin key new ~/relata.key')
    .description('make a key to sign plugins with')
    .argument('[file]', 'where', 'relata-plugin.key')
    .action((file: string) => run(() => newKey(file)))
}

async function pack(folder: string, options: PackOptions): Promise<ExitCode> {
  const key = options.sign === undefined ? undefined : await readKey(options.sign)
  const built = await buildFolder(folder, options)
  if (!built) return 1
  const bytes = sealed(built.plugin, key)
  const { name, version, hash, signer } = readArchive(bytes)
  const file = options.out ?? join(folder, 'dist', archiveName({ name, version }))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
  write(`${file}  ${(bytes.length / 1024).toFixed(1)} KB`)
  write(`  contents   ${hash}`)
  write(`  signed by  ${signer ?? 'nobody (--sign)'}`)
  return 0
}

function sealed(plugin: Parameters<typeof packArchive>[0], key: string | undefined): Uint8Array {
  try {
    return packArchive(plugin, key)
  } catch (cause) {
    if (cause instanceof RelataError) throw cause
    throw new RelataError('RL104', 'The key cannot sign.', { cause, hint: 'Make one with: relata plugin key new' })
  }
}

async function readKey(file: string): Promise<string> {
  requireFile(file)
  return readFile(file, 'utf8')
}

async function newKey(file: string): Promise<ExitCode> {
  if (existsSync(file)) throw new RelataError('RL207', `${file} is there already.`)
  const { privatePem, fingerprint } = createSigningKey()
  await mkdir(dirname(file), { recursive: true })
  // Whoever has it can sign as its owner.
  await writeFile(file, privatePem, { mode: 0o600 })
  write(`${file} is made. Keep it to yourself, and a copy of it safe: a server asks its administrator when a plugin`)
  write(`is signed by another key than before. Its public side, to tell to others:\n  ${fingerprint}`)
  return 0
}
