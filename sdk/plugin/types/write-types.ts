// The text of relata.d.ts for one plugin: what it stands on, its own metadata, its settings and secrets.
import type { PackageSource } from '../../metadata/source.ts'
import type { PluginManifest } from '../manifest.ts'
import { inputFields, modelOf } from './from-sources.ts'
import type { TypedModel } from './model.ts'
import { printTypes } from './print.ts'
import { labelOf } from './typed-field.ts'

export interface TypesOptions {
  /** In the order of their requirements; the plugin's own last. */
  packages: readonly PackageSource[]
  manifest?: PluginManifest
  /** What a tenant has, under the packages. */
  below?: TypedModel
  /** Said in the first line before the packages: `the tenant acme`. */
  from?: string
}

export function typesText({ packages, manifest = {}, below, from }: TypesOptions): string {
  const own = packages.at(-1)?.name ?? ''
  const names = packages.map((source) => `${source.name} ${versionOf(source)}`.trim())
  return printTypes(modelOf(packages, below), {
    from: [...(from === undefined ? [] : [from]), ...names].join(', '),
    settings: inputFields(manifest.settings, own),
    secrets: Object.entries(manifest.secrets ?? {}).map(([name, { label }]) => ({
      name,
      label: labelOf(label) ?? name,
    })),
  })
}

function versionOf({ files }: PackageSource): string {
  const manifest = files['package.json']
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
