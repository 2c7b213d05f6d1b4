// Plugin packages made in a test: metadata, what the code does, and a body for its parts, without a build.
import { packArchive } from '../../sdk/plugin/archive.ts'
import { type Behaviour, NO_BEHAVIOUR } from '../../sdk/plugin/behaviour.ts'
import type { PluginManifest } from '../../sdk/plugin/manifest.ts'
import { pack } from './packages.ts'

export interface TestPlugin {
  name?: string
  version?: string
  files?: Record<string, unknown>
  requires?: Record<string, string>
  manifest?: PluginManifest
  behaviour?: Partial<Behaviour>
  /** Of `run(kind, name, input, bridge)`, an async function; null: a package without code. */
  run?: string | null
  /** What the code says of itself, when that is not `behaviour`. */
  says?: Partial<Behaviour>
  code?: string
  readme?: string
  sourceMap?: string
  /** Private key, PEM. */
  sign?: string
}

export const bundleOf = (behaviour: Partial<Behaviour>, run: string): string =>
  `globalThis.__relata_plugin = {
  describe: () => (${JSON.stringify({ ...NO_BEHAVIOUR, ...behaviour })}),
  async run(kind, name, input, bridge) { ${run} },
}
`

export function pluginArchive(plugin: TestPlugin = {}): Uint8Array {
  const { name = 'shop', version = '1.0.0', files = {}, requires, manifest = {}, behaviour = {}, run = '' } = plugin
  const source = pack(name, files)
  const packageFile = { name, version, label: `The ${name}`, requires: { system: '^1.0.0', ...requires } }
  return packArchive(
    {
      source: { ...source, files: { ...source.files, 'package.json': packageFile } },
      manifest,
      behaviour: { ...NO_BEHAVIOUR, ...behaviour },
      code: run === null ? null : (plugin.code ?? bundleOf(plugin.says ?? behaviour, run)),
      sourceMap: plugin.sourceMap ?? null,
      readme: plugin.readme ?? null,
    },
    plugin.sign,
  )
}

/** The form of `POST plugins`. */
export async function pluginForm(bytes: Uint8Array, request?: object): Promise<{ body: Uint8Array; type: string }> {
  const form = new FormData()
  form.set('package', new Blob([new Uint8Array(bytes)]), 'plugin.relata')
  if (request) form.set('request', JSON.stringify(request))
  const response = new Response(form)
  return { body: new Uint8Array(await response.arrayBuffer()), type: response.headers.get('content-type') ?? '' }
}
