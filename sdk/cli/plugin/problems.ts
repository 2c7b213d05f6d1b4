// Problems of a plugin shown where they are: in its metadata, in plugin.json, in its code.
import type { PluginFolder } from '../../plugin/build/plugin-folder.ts'
import { MANIFEST_FILE, readPluginFolder } from '../../plugin/build/plugin-folder.ts'
import type { PackageFolder } from '../folders.ts'

/** For `showProblem`: plugin.json beside the metadata counts as one of its files. */
export function withFolder({ metadataPath, source, manifest, manifestText }: PluginFolder): readonly PackageFolder[] {
  const files = manifestText === '' ? source.files : { ...source.files, [MANIFEST_FILE]: manifest }
  return [{ path: metadataPath, source: { ...source, files }, problems: [] }]
}

/** The same of a folder that is read for it. */
export const pluginPlaces = async (path: string): Promise<readonly PackageFolder[]> =>
  withFolder(await readPluginFolder(path))
