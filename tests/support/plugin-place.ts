// Folders of plugins for tests: begun by the command, changed, built and compiled.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import type { Ran } from './run-relata.ts'
import { runRelataHere } from './run-relata-here.ts'

const root = path.join(import.meta.dirname, '../..')

export interface PluginPlace {
  /** Above the plugins. */
  folder: string
  relata(...args: string[]): Promise<Ran>
  write(file: string, content: string | object): void
  /** What the TypeScript compiler says of a plugin: `plugin.ts(3,4): error TS2322: …`, a line each. */
  compile(plugin: string): Promise<string[]>
}

export function makePluginPlace(): PluginPlace {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-plugins-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    relata: (...args) => runRelataHere(args, { cwd: folder }),
    write(file, content) {
      const target = path.join(folder, file)
      mkdirSync(path.dirname(target), { recursive: true })
      writeFileSync(target, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`)
    },
    compile: (plugin) => compileFolder(path.join(folder, plugin)),
  }
}

export function compileFolder(folder: string): Promise<string[]> {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
  return new Promise((resolve) =>
    execFile(process.execPath, [compiler, '--noEmit', '--pretty', 'false'], { cwd: folder }, (_error, out) =>
      resolve(out.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line))),
    ),
  )
}
