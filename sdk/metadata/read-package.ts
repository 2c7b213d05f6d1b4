// Reads a package folder from disk. Node only: the command line and the kernel use it; the browser gets sources over
// HTTP. What the files mean is the catalog's business; here a problem is a file that is not JSON.
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Problem, RelataError } from '../errors.ts'
import { findJsonFault, lineAndColumn } from './json-text.ts'
import { KINDS, type PackageSource } from './source.ts'

const MAX_FILE_BYTES = 2_000_000

export interface ReadPackage {
  source: PackageSource
  problems: readonly Problem[]
}

/**
 * A package folder whose files are all JSON.
 * @throws RL200 with a problem for each file that is not
 */
export async function readPackageFolder(folder: string): Promise<PackageSource> {
  const { source, problems } = await readPackage(folder)
  if (problems.length === 0) return source
  const [first] = problems
  throw new RelataError('RL200', `${first?.file} of package “${source.name}”: ${first?.message}.`, { problems })
}

/** @param folder has package.json and the folders entities/, forms/ and so on; other files are left alone */
export async function readPackage(folder: string): Promise<ReadPackage> {
  const fallbackName = basename(folder)
  const paths = ['package.json', ...(await metadataFiles(folder))]
  const read = await Promise.all(paths.map((path) => readJson(folder, path)))
  const manifest = read[0]?.value
  const name = nameIn(manifest) ?? fallbackName
  const files = Object.fromEntries(read.flatMap(({ path, value }) => (value === undefined ? [] : [[path, value]])))
  const problems = read.flatMap(({ path, problem }) => (problem ? [{ ...problem, package: name, file: path }] : []))
  return { source: { name, files }, problems }
}

/** `entities/person.json` and so on, sorted. */
async function metadataFiles(folder: string): Promise<string[]> {
  const found = await Promise.all(
    Object.keys(KINDS).map(async (kind) => {
      const entries = await readdir(join(folder, kind), { withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && !entry.name.startsWith('.'))
        .map((entry) => `${kind}/${entry.name}`)
    }),
  )
  return found.flat().sort()
}

async function readJson(folder: string, path: string): Promise<{ path: string; value?: unknown; problem?: Problem }> {
  let text: string
  try {
    const bytes = await readFile(join(folder, path))
    if (bytes.length > MAX_FILE_BYTES)
      return {
        path,
        problem: { path: '', key: 'too_large', message: `the file is larger than ${MAX_FILE_BYTES} bytes` },
      }
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const isEncoding = error instanceof TypeError
    return {
      path,
      problem: {
        path: '',
        key: 'unreadable',
        message: isEncoding ? 'the file is not UTF-8' : 'the file cannot be read',
      },
    }
  }
  const fault = findJsonFault(text)
  if (fault) {
    const { line, column } = lineAndColumn(text, fault.offset)
    const problem: Problem = {
      path: '',
      key: 'json_syntax',
      message: `line ${line}, column ${column}: ${fault.message}`,
      params: { line, column },
    }
    return { path, problem }
  }
  const value: unknown = JSON.parse(text)
  return { path, value }
}

function nameIn(manifest: unknown): string | undefined {
  if (typeof manifest !== 'object' || manifest === null || !('name' in manifest)) return undefined
  return typeof manifest.name === 'string' ? manifest.name : undefined
}
