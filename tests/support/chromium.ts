// A Chromium for the browser tests without a system package: the one packed in @sparticuz/chromium, unpacked once into
// node_modules/.cache. CHROMIUM_PATH names another one.
import { execFileSync } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'

export interface Chromium {
  executablePath: string
  /** To add to its environment: libraries and fonts that the system may lack. */
  env: Record<string, string>
  args: string[]
}

const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars']
const CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/chromium')

export async function findChromium(): Promise<Chromium> {
  const given = process.env['CHROMIUM_PATH']
  if (given) return { executablePath: given, env: {}, args: ARGS }

  const packed = path.join(path.dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version }: { version: string } = JSON.parse(readFileSync(path.join(packed, 'package.json'), 'utf8'))
  const folder = path.join(CACHE, version)
  if (!existsSync(folder)) await unpack(path.join(packed, 'bin'), folder)

  const executablePath = path.join(folder, 'chromium')
  const env: Record<string, string> = {}
  if (lacksLibraries(executablePath))
    env['LD_LIBRARY_PATH'] = [path.join(folder, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':')
  if (!existsSync('/etc/fonts/fonts.conf')) env['FONTCONFIG_PATH'] = path.join(folder, 'fonts')
  return { executablePath, env, args: ARGS }
}

/** Into a draft that is renamed at the end: two runs at once, or one that is cut short, leave nothing half-done. */
async function unpack(packed: string, folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  const unpackOne = (name: string, target: string) =>
    pipeline(
      createReadStream(path.join(packed, name)),
      createBrotliDecompress({ chunkSize: 2 ** 21 }),
      createWriteStream(path.join(draft, target), { mode: 0o755 }),
    )
  const archives = ['swiftshader', 'al2023', 'fonts']
  await Promise.all([
    unpackOne('chromium.br', 'chromium'),
    ...archives.map((name) => unpackOne(`${name}.tar.br`, `${name}.tar`)),
  ])
  for (const name of archives) {
    execFileSync('tar', ['-xf', path.join(draft, `${name}.tar`), '-C', draft])
    rmSync(path.join(draft, `${name}.tar`))
  }
  try {
    renameSync(draft, folder)
  } catch {
    // Another run was faster; its result is the same.
    rmSync(draft, { recursive: true, force: true })
  }
}

function lacksLibraries(executable: string): boolean {
  try {
    return execFileSync('ldd', [executable], { encoding: 'utf8' }).includes('not found')
  } catch {
    return true
  }
}
