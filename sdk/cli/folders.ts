// Package folders on this machine: read, and kept so that a problem can be shown at its line.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Problem, RelataError } from '../errors.ts'
import { readPackage } from '../metadata/read-package.ts'
import type { PackageSource } from '../metadata/source.ts'
import { lineOf } from './locate.ts'

export interface PackageFolder {
  /** As given. */
  path: string
  source: PackageSource
  /** Files that are not JSON. */
  problems: readonly Problem[]
}

/**
 * @param paths package folders, or folders of package folders
 * @throws RL101 when there is no package at a path · RL200 when two have the same name
 */
export async function readFolders(paths: readonly string[]): Promise<readonly PackageFolder[]> {
  const folders = [...new Set(paths.flatMap(packageFolders))]
  const read = await Promise.all(folders.map(async (path) => ({ path, ...(await readPackage(path)) })))
  for (const [at, { source, path }] of read.entries()) {
    const twin = read.slice(0, at).find((other) => other.source.name === source.name)
    if (twin) throw new RelataError('RL200', `${twin.path} and ${path} are both the package “${source.name}”.`)
  }
  return read
}

function packageFolders(path: string): string[] {
  if (isPackage(path)) return [path]
  if (!existsSync(path)) throw new RelataError('RL101', `There is no folder ${path}.`)
  if (!statSync(path).isDirectory()) {
    const hint = 'Name the folder of the package, the one with package.json in it.'
    throw new RelataError('RL101', `${path} is a file.`, { hint })
  }
  const entries = readdirSync(path, { withFileTypes: true })
  const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name))
  const packages = inside.filter(isPackage)
  if (packages.length > 0) return packages.sort()
  throw new RelataError('RL101', `There is no package.json in ${path}, nor in a folder of it.`, {
    hint: `Begin a package with: relata new package ${path}`,
  })
}

const isPackage = (folder: string): boolean => existsSync(join(folder, 'package.json'))

/** @throws RL101 when there is no such file, or when it is a folder */
export function requireFile(path: string): void {
  if (!existsSync(path)) throw new RelataError('RL101', `There is no file ${path}.`)
  if (statSync(path).isDirectory()) throw new RelataError('RL101', `${path} is a folder; name a file in it.`)
}

/** @throws RL101 */
export function readText(path: string): string {
  requireFile(path)
  return readFileSync(path, 'utf8')
}

/** Something wrong, as a compiler says it: `metadata/base/entities/person.json:12 /fields/3/type: …`. */
export function showProblem(problem: Problem, folders: readonly PackageFolder[]): string {
  const sentence = problem.hint ? `${problem.message}. ${problem.hint}` : problem.message
  const place = [placeOf(problem, folders), problem.path].filter(Boolean).join(' ')
  return place === '' ? sentence : `${place}: ${sentence}`
}

function placeOf(problem: Problem, folders: readonly PackageFolder[]): string {
  if (!problem.file) return ''
  const folder = folders.find(({ source }) => source.name === problem.package)
  if (!folder) return `package ${problem.package ?? '?'}, ${problem.file}`
  const path = join(folder.path, problem.file)
  const shown = relative('', path)
  const given = problem.params?.['line']
  if (given !== undefined) return `${shown}:${given}`
  return folder.source.files[problem.file] === undefined
    ? shown
    : `${shown}:${lineOf(readFileSync(path, 'utf8'), problem.path)}`
}
