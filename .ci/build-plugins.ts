// Packs each plugin of plugins/ into plugins/dist when its sources changed, so that a running server offers it:
// GET plugin-packages. A plugin that does not build is told, and keeps nobody from starting.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const target = path.join(root, 'plugins/dist')

/** One hash over everything that the package is made of. */
function hashSources(folder: string): string {
  const files = globSync([`${folder}/**/*`, 'sdk/plugin/**/*.ts'], {
    cwd: root,
    withFileTypes: true,
    exclude: ({ name }) => name === 'node_modules' || name === 'dist',
  })
  const hash = createHash('sha256')
  const paths = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name))
  for (const file of paths.sort()) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

function pack(folder: string): void {
  const { name, version } = JSON.parse(readFileSync(path.join(root, folder, 'metadata/package.json'), 'utf8'))
  const stamp = path.join(target, `.${name}.built-from`)
  const sources = hashSources(folder)
  const file = path.join(target, `${name}-${version}.relata`)
  const isFresh = existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources
  if (isFresh) return
  const command = [path.join(root, 'sdk/cli/main.ts'), 'plugin', 'pack', folder, '--no-types', '--out', file]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  if (status !== 0) return console.error(`plugins: ${name} was not packed\n${stdout}${stderr}`)
  const older = globSync(`${name}-*.relata`, { cwd: target }).map((one) => path.join(target, one))
  for (const one of older) if (one !== file && /-\d+\.\d+\.\d+\.relata$/.test(one)) rmSync(one)
  writeFileSync(stamp, sources)
  console.log(`plugins: ${name} ${version} packed`)
}

mkdirSync(target, { recursive: true })
for (const manifest of globSync('plugins/*/plugin.json', { cwd: root }).sort()) pack(path.dirname(manifest))
