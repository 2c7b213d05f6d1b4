// A plugin as its author has it: a folder with plugin.ts, plugin.json and metadata/, which is a package like any other.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Value, ValueErrorType } from '@sinclair/typebox/value'
import { type Problem, RelataError } from '../../errors.ts'
import { findJsonFault, lineAndColumn } from '../../metadata/json-text.ts'
import { readPackage } from '../../metadata/read-package.ts'
import { shapeFault } from '../../metadata/shape-fault.ts'
import type { PackageSource } from '../../metadata/source.ts'
import { PluginManifest } from '../manifest.ts'

export interface PluginFolder {
  /** As given. */
  path: string
  metadataPath: string
  /** plugin.ts, or plugin.js; null: metadata only. */
  entry: string | null
  source: PackageSource
  /** Of plugin.json; without the file a plugin asks for nothing. */
  manifest: PluginManifest
  /** plugin.json as text, to show problems at their lines. */
  manifestText: string
  /** Name and version of the package. */
  name: string
  version: string
  /** Files that cannot be used as they are. */
  problems: readonly Problem[]
}

/** `file` of problems: those of the package by their path in it, others by the way from there. */
export const MANIFEST_FILE = '../plugin.json'

export const isPluginFolder = (path: string): boolean => existsSync(join(path, 'metadata', 'package.json'))

/** @throws RL101 when it is no plugin */
export async function readPluginFolder(path: string): Promise<PluginFolder> {
  const metadataPath = join(path, 'metadata')
  if (!isPluginFolder(path)) {
    throw new RelataError('RL101', `There is no plugin in ${path}: it has no metadata/package.json.`, {
      hint: 'Name the folder of the plugin, or begin one with: relata plugin new NAME',
    })
  }
  const entry = ['plugin.ts', 'plugin.js'].map((name) => join(path, name)).find((file) => existsSync(file)) ?? null
  const [{ source, problems }, manifest] = await Promise.all([readPackage(metadataPath), readManifest(path)])
  const problem = (one: Problem): Problem => ({ ...one, package: source.name, file: MANIFEST_FILE })
  const described = source.files['package.json']
  const version =
    typeof described === 'object' && described !== null && 'version' in described ? String(described.version) : ''
  return {
    path,
    metadataPath,
    entry,
    source,
    manifest: manifest.value,
    manifestText: manifest.text,
    name: source.name,
    version,
    problems: [...problems, ...manifest.problems.map(problem)],
  }
}

/** Name and version, as people are told of it. */
export const titleOf = ({ name, version }: Pick<PluginFolder, 'name' | 'version'>): string => `${name} ${version}`

/** Of a folder, to the place from which problems are shown. */
export const fileFromMetadata = ({ metadataPath }: Pick<PluginFolder, 'metadataPath'>, file: string): string =>
  relative(metadataPath, file)

interface ReadManifest {
  value: PluginManifest
  text: string
  problems: readonly Problem[]
}

async function readManifest(path: string): Promise<ReadManifest> {
  const file = join(path, 'plugin.json')
  if (!existsSync(file)) return { value: {}, text: '', problems: [] }
  const text = await readFile(file, 'utf8')
  const fault = findJsonFault(text)
  if (fault) {
    const { line, column } = lineAndColumn(text, fault.offset)
    const message = `line ${line}, column ${column}: ${fault.message}`
    return { value: {}, text, problems: [{ path: '', key: 'json_syntax', message, params: { line, column } }] }
  }
  const value: unknown = JSON.parse(text)
  if (Value.Check(PluginManifest, value)) return { value, text, problems: [] }
  const problems = [...Value.Errors(PluginManifest, value)]
    .filter(({ type, value: one }) => one !== undefined || type === ValueErrorType.ObjectRequiredProperty)
    .map(shapeFault)
  return { value: {}, text, problems }
}
