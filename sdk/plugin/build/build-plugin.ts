// From the folder of a plugin to what is installed: its metadata, what it asks for, its code as one file and what the
// code says that it does. Every problem that can be found without a server is found here.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../errors.ts'
import type { PackageSource } from '../../metadata/source.ts'
import { type Behaviour, NO_BEHAVIOUR } from '../behaviour.ts'
import type { PluginManifest } from '../manifest.ts'
import { modelOf } from '../types/from-sources.ts'
import { bundlePlugin } from './bundle.ts'
import { checkPlugin } from './check-plugin.ts'
import { describeBundle } from './describe.ts'
import { findRequired } from './known-packages.ts'
import type { PluginFolder } from './plugin-folder.ts'

export interface BuiltPlugin {
  source: PackageSource
  manifest: PluginManifest
  behaviour: Behaviour
  /** null: metadata only. */
  code: string | null
  sourceMap: string | null
  readme: string | null
}
export interface BuildResult {
  /** Absent when there are problems. */
  plugin?: BuiltPlugin
  problems: readonly Problem[]
  /** What is well to know and stops nothing. */
  warnings: readonly string[]
  /** Files of the code, absolute: to watch. */
  inputs: readonly string[]
}

export const WARN_CODE_BYTES = 256 * 1024
export const MAX_CODE_BYTES = 1024 * 1024

/** @param beside folders in which required packages may stand */
export async function buildPlugin(folder: PluginFolder, beside: readonly string[] = []): Promise<BuildResult> {
  const { packages, missing } = await findRequired(folder, beside)
  const warnings = missing.map(
    (name) => `The package “${name}” was not found here; what is said of its entities is checked by the server only.`,
  )
  if (folder.problems.length > 0) return { problems: folder.problems, warnings, inputs: [] }
  const code = await buildCode(folder)
  if (!code.ok)
    return { problems: code.problems.map((one) => ({ package: folder.name, ...one })), warnings, inputs: [] }
  const model = modelOf([...packages, folder.source])
  const problems = [...sizeProblems(folder, code.code), ...checkPlugin(folder, code.behaviour, model, missing)]
  const { length } = Buffer.from(code.code ?? '')
  if (problems.length > 0) return { problems, warnings, inputs: code.inputs }
  const large = `The code is ${Math.round(length / 1024)} KB. Each isolate that runs it reads all of it: is every import needed?`
  const readmeFile = join(folder.path, 'README.md')
  return {
    plugin: {
      source: folder.source,
      manifest: folder.manifest,
      behaviour: code.behaviour,
      code: code.code,
      sourceMap: code.sourceMap,
      readme: existsSync(readmeFile) ? await readFile(readmeFile, 'utf8') : null,
    },
    problems: [],
    warnings: [...warnings, ...(length > WARN_CODE_BYTES ? [large] : [])],
    inputs: code.inputs,
  }
}

type Code =
  | { ok: true; code: string | null; sourceMap: string | null; behaviour: Behaviour; inputs: readonly string[] }
  | { ok: false; problems: readonly Problem[] }

async function buildCode({ path, entry, name }: PluginFolder): Promise<Code> {
  if (entry === null) return { ok: true, code: null, sourceMap: null, behaviour: NO_BEHAVIOUR, inputs: [] }
  const bundled = await bundlePlugin(path, entry, name)
  if (!bundled.ok) return bundled
  const { code, map, inputs } = bundled.bundle
  const described = await describeBundle(bundled.bundle)
  return described.ok ? { ok: true, code, sourceMap: map, behaviour: described.behaviour, inputs } : described
}

function sizeProblems({ name }: PluginFolder, code: string | null): Problem[] {
  const bytes = Buffer.byteLength(code ?? '')
  if (bytes <= MAX_CODE_BYTES) return []
  const message = `the code is ${Math.round(bytes / 1024)} KB, of at most ${MAX_CODE_BYTES / 1024} KB`
  return [{ path: '', package: name, file: '../plugin.ts', message, hint: 'Leave out packages that are not needed.' }]
}
