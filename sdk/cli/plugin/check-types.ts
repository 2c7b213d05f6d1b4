// The TypeScript compiler over a plugin's folder, where there is one: of the plugin's own packages, or of the sdk's.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { writeError } from '../command.ts'

/** @returns a line for each fault, as the compiler says it, with the way from here to the file */
export async function checkTypes(folder: string): Promise<string[]> {
  if (!existsSync(join(folder, 'tsconfig.json'))) return []
  const compiler = findCompiler(folder)
  if (compiler === undefined) {
    writeError('warning: types were not checked; for that, run: npm install --save-dev typescript')
    return []
  }
  const child = spawn(process.execPath, [compiler, '--noEmit', '--pretty', 'false'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((done, fail) => child.once('close', done).once('error', fail))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code === 0) return []
  const lines = `${out}${err}`.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) =>
    line.replace(
      /^([^\s(][^(]*)\((\d+),(\d+)\): error /,
      (_all, file: string, at: string, from: string) => `${relative('', join(folder, file))}:${at}:${from} `,
    ),
  )
}

function findCompiler(folder: string): string | undefined {
  for (const from of [join(resolve(folder), 'plugin.ts'), import.meta.filename]) {
    try {
      const file = join(dirname(createRequire(from).resolve('typescript/package.json')), 'bin/tsc')
      if (existsSync(file)) return file
    } catch {
      // Not there: the next place.
    }
  }
  return undefined
}
