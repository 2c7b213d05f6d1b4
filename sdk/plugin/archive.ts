// A plugin as one file, NAME-VERSION.relata: a zip with its metadata, plugin.json, its code and what the code does.
// Written by `relata plugin pack`, read by the command line and by the server, which trusts nothing of it. Node only.
import { createHash } from 'node:crypto'
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type Problem, RelataError } from '../errors.ts'
import { shapeFault } from '../metadata/shape-fault.ts'
import { KINDS, PackageManifest, type PackageSource, type Text } from '../metadata/source.ts'
import { Behaviour, NO_BEHAVIOUR } from './behaviour.ts'
import { PluginManifest } from './manifest.ts'
import { Signature, signerOf, signHash } from './signature.ts'
import { unzip, zip, type ZipCaps } from './zip.ts'

/** What an author builds. */
export interface PluginParts {
  source: PackageSource
  manifest: PluginManifest
  behaviour: Behaviour
  /** null: metadata only. */
  code: string | null
  sourceMap: string | null
  readme: string | null
}

export interface PluginArchive extends PluginParts {
  name: string
  version: string
  label: PackageManifest['label']
  description: Text | null
  requires: Readonly<Record<string, string>>
  /** SHA-256 over all contents but the signature, hex: what an administrator agreed to. */
  hash: string
  /** SHA-256 of the code, hex; of the empty text when there is none. */
  codeHash: string
  /** Fingerprint of the key that signed it; null: nobody did. */
  signer: string | null
}

export const ARCHIVE_TYPE = 'application/vnd.relata.plugin+zip'
export const MAX_ARCHIVE_BYTES = 10_000_000
/** Larger code loads slowly into each isolate: told as a warning. */
export const LARGE_CODE_BYTES = 1_000_000
export const MAX_CODE_BYTES = 4_000_000
const MAX_JSON_BYTES = 2_000_000
const MAX_MAP_BYTES = 12_000_000

const METADATA = new RegExp(
  `^metadata/(package|(${Object.keys(KINDS).join('|')})/[a-zA-Z0-9][a-zA-Z0-9._-]{0,99})\\.json$`,
)
const OWN_FILES = ['plugin.json', 'behaviour.json', 'code.js', 'code.js.map', 'README.md', 'signature.json']
const CAPS: ZipCaps = {
  files: 2_000,
  packedBytes: MAX_ARCHIVE_BYTES,
  fileBytes: (path) => (path === 'code.js' ? MAX_CODE_BYTES : path === 'code.js.map' ? MAX_MAP_BYTES : MAX_JSON_BYTES),
  totalBytes: 30_000_000,
  ratio: 100,
  // A list of what there is, so that no path leads anywhere else.
  isPath: (path) => OWN_FILES.includes(path) || METADATA.test(path),
}

export const archiveName = ({ name, version }: Pick<PluginArchive, 'name' | 'version'>): string =>
  `${name}-${version}.relata`

/** @param privatePem signs it @throws RL408 what readArchive would refuse */
export function packArchive(parts: PluginParts, privatePem?: string): Uint8Array {
  const files = new Map<string, Uint8Array>()
  const put = (path: string, text: string) => files.set(path, new TextEncoder().encode(text))
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  for (const [path, value] of Object.entries(parts.source.files)) put(`metadata/${path}`, json(value))
  put('plugin.json', json(parts.manifest))
  if (parts.code !== null) {
    put('behaviour.json', json(parts.behaviour))
    put('code.js', parts.code)
  }
  if (parts.sourceMap !== null) put('code.js.map', parts.sourceMap)
  if (parts.readme !== null) put('README.md', parts.readme)
  if (privatePem !== undefined) put('signature.json', json(signHash(contentHash(files), privatePem)))
  const bytes = zip(files)
  readArchive(bytes)
  return bytes
}

/** @throws RL408 with every problem at once */
export function readArchive(bytes: Uint8Array): PluginArchive {
  const unzipped = unzip(bytes, CAPS)
  if (!unzipped.ok)
    throw notValid(
      unzipped.problems.map(({ path, message }) => ({ path: '', file: path, key: 'package_file', message })),
    )
  const reader = new Reader(unzipped.files)
  const archive = reader.read()
  if (reader.problems.length > 0 || !archive) throw notValid(reader.problems)
  return archive
}

function notValid(problems: readonly Problem[]): RelataError {
  const [first, ...others] = problems
  const where = first?.file ? `${first.file}${first.path}` : 'The file'
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return new RelataError('RL408', `The plugin package is not valid: ${where} ${first?.message ?? 'is empty'}${more}.`, {
    problems,
    hint: 'Build it anew with “relata plugin pack”.',
  })
}

class Reader {
  readonly problems: Problem[] = []
  private readonly files: ReadonlyMap<string, Uint8Array>

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = files
  }

  read(): PluginArchive | undefined {
    const packageFile = this.shaped('metadata/package.json', PackageManifest)
    const manifest = this.shaped('plugin.json', PluginManifest)
    const [code, sourceMap, readme] = [this.text('code.js'), this.text('code.js.map'), this.text('README.md')]
    const hasBehaviour = this.files.has('behaviour.json')
    if (code !== null && !hasBehaviour) this.problem('behaviour.json', '', 'is missing beside code.js')
    if (code === null && hasBehaviour) this.problem('behaviour.json', '', 'describes code, and there is no code.js')
    const behaviour = hasBehaviour ? this.shaped('behaviour.json', Behaviour) : NO_BEHAVIOUR
    if (sourceMap !== null) this.json('code.js.map')
    const metadata = [...this.files.keys()].filter((path) => path.startsWith('metadata/')).sort()
    const sources = metadata.map((path) => [path.slice('metadata/'.length), this.json(path)] as const)
    if (manifest) this.checkHosts(manifest)
    if (!packageFile || !manifest || !behaviour) return undefined
    const hash = contentHash(this.files)
    const { name, version, label, description = null, requires = {} } = packageFile
    return {
      ...{ name, version, label, description, requires, manifest, behaviour, code, sourceMap, readme, hash },
      source: { name, files: Object.fromEntries(sources) },
      codeHash: sha256(this.files.get('code.js') ?? new Uint8Array()),
      signer: this.signer(hash),
    }
  }

  /** A secret goes where the plugin may call, and nowhere else. */
  private checkHosts({ permissions, secrets = {} }: PluginManifest): void {
    for (const [name, { hosts = [] }] of Object.entries(secrets))
      for (const [index, host] of hosts.entries())
        if (!permissions?.http?.includes(host))
          this.problem(
            'plugin.json',
            `/secrets/${name}/hosts/${index}`,
            `names “${host}”, which is not among permissions.http`,
          )
  }

  private signer(hash: string): string | null {
    if (!this.files.has('signature.json')) return null
    const signature = this.shaped('signature.json', Signature)
    const signer = signature && signerOf(hash, signature)
    if (signature && signer === undefined)
      this.problem('signature.json', '', 'does not fit: the package was changed after it was signed')
    return signer ?? null
  }

  private shaped<T extends TSchema>(file: string, schema: T): Static<T> | undefined {
    if (!this.files.has(file)) {
      this.problem(file, '', 'is missing')
      return undefined
    }
    const value = this.json(file)
    if (value === undefined) return undefined
    if (Value.Check(schema, value)) return value
    const seen = new Set<string>()
    for (const error of Value.Errors(schema, value)) {
      const { path, key, message, hint } = shapeFault(error)
      if (seen.has(path)) continue
      seen.add(path)
      this.problems.push({ path, file, key, message, ...(hint === undefined ? {} : { hint }) })
    }
    return undefined
  }

  private json(file: string): unknown {
    const text = this.text(file)
    if (text === null) return undefined
    try {
      return JSON.parse(text)
    } catch (error) {
      this.problem(file, '', `is not JSON: ${error instanceof Error ? error.message : 'syntax error'}`)
      return undefined
    }
  }

  private text(file: string): string | null {
    const bytes = this.files.get(file)
    if (!bytes) return null
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      this.problem(file, '', 'is not UTF-8')
      return null
    }
  }

  private problem(file: string, path: string, message: string): void {
    this.problems.push({ path, file, key: 'package_file', message })
  }
}

/** Over a listing of paths and hashes, so that no byte can move from one file to another. */
function contentHash(files: ReadonlyMap<string, Uint8Array>): string {
  const lines = [...files]
    .filter(([path]) => path !== 'signature.json')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, bytes]) => `${sha256(bytes)}  ${path}\n`)
  return sha256(new TextEncoder().encode(lines.join('')))
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
