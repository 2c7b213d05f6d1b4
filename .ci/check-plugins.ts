// Types of every plugin in the repository, each with the entities of its own relata.d.ts: in one program they would mix.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
const projects = globSync(['plugins/*/tsconfig.json', 'docs/samples/plugins/*/tsconfig.json'], { cwd: root }).sort()

for (const project of projects) {
  const { status } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', project], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
