// Reads package sources file by file: manifest, folders, shapes. What things mean together comes later.
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { KINDS, type Kind, PackageManifest, type PackageSource } from '../../sdk/metadata/source.ts'
import type { Place, Problems } from './problems.ts'
import { isReservedPackage } from './reserved.ts'
import { checkShape, copyTraced } from './shape.ts'
import { isRecord, type Trace } from './trace.ts'

export interface ParsedPackage {
  name: string
  manifest: PackageManifest
  files: ParsedFile[]
}

export interface ParsedFile {
  kind: Kind
  /** `entities/person.json`. */
  path: string
  /** Qualified name as written of the thing that this file changes; absent when it brings a new one. */
  extends?: string
  /** Valid for the schema of its kind, faulty parts left out. */
  value: Record<string, unknown>
}

const KIND_NAMES = Object.keys(KINDS)
const isKind = (name: string): name is Kind => Object.hasOwn(KINDS, name)
/** Files that belong to a package but not to the metadata language. */
const IGNORED = /(^|\/)(README\.md|LICENSE(\.txt|\.md)?)$/

export function parsePackages(sources: readonly PackageSource[], trace: Trace, problems: Problems): ParsedPackage[] {
  const packages = new Map<string, ParsedPackage>()
  for (const source of sources) {
    const parsed = parsePackage(source, trace, problems)
    if (!parsed) continue
    if (packages.has(parsed.name)) {
      problems.error(
        { package: parsed.name, file: 'package.json', path: '' },
        'duplicate_name',
        `there are two packages “${parsed.name}”`,
      )
    } else packages.set(parsed.name, parsed)
  }
  return [...packages.values()]
}

function parsePackage(source: PackageSource, trace: Trace, problems: Problems): ParsedPackage | undefined {
  const place: Place = { package: String(source.name), file: 'package.json', path: '' }
  if (!isRecord(source.files)) {
    problems.error(place, 'shape', 'a package must have files')
    return undefined
  }
  const manifest = readShaped(PackageManifest, source.files['package.json'], place, trace, problems)
  if (!manifest) return undefined
  if (manifest.name !== source.name) {
    problems.error({ ...place, path: '/name' }, 'package_name', `must be “${source.name}”, the name of the package`)
  }
  if (isReservedPackage(manifest.name)) {
    problems.error({ ...place, path: '/name' }, 'reserved_name', `“${manifest.name}” is used by the system itself`)
  }
  const files = Object.entries(source.files)
    .filter(([path]) => path !== 'package.json' && !IGNORED.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, raw]) => parseFile(manifest.name, path, raw, trace, problems) ?? [])
  return { name: manifest.name, manifest, files }
}

function parseFile(
  packageName: string,
  path: string,
  raw: unknown,
  trace: Trace,
  problems: Problems,
): ParsedFile | undefined {
  const place: Place = { package: packageName, file: path, path: '' }
  const match = /^([^/]+)\/[^/]+\.json$/.exec(path)
  const kind = match?.[1] ?? ''
  if (!isKind(kind)) {
    problems.error(place, 'unknown_file', 'is not a place for metadata', {
      hint:
        didYouMean(nearest(kind, KIND_NAMES)) ??
        `Files stand as ${KIND_NAMES.map((name) => `${name}/NAME.json`).join(', ')}.`,
    })
    return undefined
  }
  const isExtension = isRecord(raw) && Object.hasOwn(raw, 'extends')
  const value: unknown = readShaped(
    isExtension ? KINDS[kind].extension : KINDS[kind].whole,
    raw,
    place,
    trace,
    problems,
  )
  if (!isRecord(value)) return undefined
  const target = value['extends']
  return { kind, path, value, ...(typeof target === 'string' ? { extends: target } : {}) }
}

function readShaped<T extends TSchema>(
  schema: T,
  raw: unknown,
  place: Place,
  trace: Trace,
  problems: Problems,
): Static<T> | undefined {
  if (raw === undefined) {
    problems.error(place, 'missing_file', 'the file is missing')
    return undefined
  }
  const copy = copyTraced(raw, place, trace, problems)
  if (copy === undefined || !checkShape(schema, copy, trace, problems, place)) return undefined
  return Value.Check(schema, copy) ? copy : undefined
}
