// Types of every plugin in the repository, each with the entities of its own relata.d.ts, written anew: in one program
// they would mix.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
const command = path.join(root, 'sdk/cli/main.ts')
const projects = globSync(['plugins/*/tsconfig.json', 'docs/samples/plugins/*/tsconfig.json'], { cwd: root }).sort()

for (const project of projects) {
  const folder = path.dirname(project)
  const types = spawnSync(process.execPath, [command, 'types', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { status } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', project], { cwd: root, stdio: 'inherit' })
  if (status !== 0 || types.status !== 0) process.exitCode = 1
}
