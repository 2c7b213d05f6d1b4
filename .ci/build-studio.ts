// Builds studio/dist when its sources changed since the last build: by content, because a fresh checkout gives every
// file a new time. `npm start` and `npm test` call it; --force builds in any case.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const stamp = path.join(root, 'studio/dist/.built-from')

/** One hash over everything that the build reads. */
function hashSources(): string {
  const files = globSync(['studio/**/*', 'sdk/**/*.ts', 'package-lock.json', 'tsconfig.json'], {
    cwd: root,
    withFileTypes: true,
    exclude: ({ name, parentPath }) => name === 'node_modules' || (name === 'dist' && parentPath.endsWith('studio')),
  })
  const hash = createHash('sha256')
  const paths = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name))
  for (const file of paths.sort()) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

function build(): number {
  if (!existsSync(path.join(root, 'studio/index.html'))) {
    console.log('studio: there is no studio/index.html, nothing to build')
    return 0
  }
  const sources = hashSources()
  const isFresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === sources
  if (isFresh && !process.argv.includes('--force')) return 0

  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  if (!existsSync(vite)) {
    const isBuilt = existsSync(path.join(root, 'studio/dist/index.html'))
    console.error(
      isBuilt
        ? 'studio: the build is older than the sources and Vite is not installed; serving the older build'
        : 'studio: not built, and Vite is not installed. Run `npm install`.',
    )
    return isBuilt ? 0 : 1
  }
  console.log('studio: building')
  const startedMs = performance.now()
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: path.join(root, 'studio'),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) return status ?? 1
  writeFileSync(stamp, sources)
  console.log(`studio: built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  return 0
}

process.exitCode = build()
