// The organisation's own layer of metadata, over what packages brought: read, changed and published in one go.
import type { Problem } from '../../sdk/errors.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import type { WireMetadata } from '../../sdk/wire/metadata.ts'
import { ApiError, api } from './api.ts'
import { reloadMeta } from './meta.ts'

/** Files of the layer by path, `package.json` among them; empty while there is none. */
export type LayerFiles = Readonly<Record<string, unknown>>

const LAYER = 'custom'
/** Others may publish between our reading and our publishing. */
const ATTEMPTS = 3

interface Read {
  version: number
  files: LayerFiles
}

async function read(): Promise<Read> {
  const { version, packages } = await api.get<WireMetadata>('metadata')
  return { version, files: packages.find(({ name }) => name === LAYER)?.files ?? {} }
}

/** A layer without files is taken out. */
function bodyOf(files: LayerFiles): { packages: readonly PackageSource[]; remove: readonly string[] } {
  const isEmpty = Object.keys(files).length === 0
  return { packages: isEmpty ? [] : [{ name: LAYER, files: { ...files } }], remove: isEmpty ? [LAYER] : [] }
}

/**
 * @param change  called anew when somebody else published meanwhile
 * @param note    stands in the list of versions
 * @returns the layer as it was and as it is
 * @throws ApiError with every problem that stands in the way
 */
export async function publishLayer(
  change: (files: LayerFiles) => LayerFiles,
  note: string,
): Promise<{ before: LayerFiles; after: LayerFiles }> {
  for (let attempt = 1; ; attempt++) {
    const { version, files: before } = await read()
    const after = change(before)
    try {
      await api.post('metadata/publish', { ...bodyOf(after), expectedVersion: version, note })
      await reloadMeta()
      return { before, after }
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'RL210') || attempt === ATTEMPTS) throw error
    }
  }
}

/** What would stand in the way of this change; nothing is published. @throws ApiError when that cannot be told */
export async function checkLayer(change: (files: LayerFiles) => LayerFiles): Promise<readonly Problem[]> {
  const { files } = await read()
  try {
    await api.post('metadata/plan', bodyOf(change(files)))
    return []
  } catch (error) {
    if (error instanceof ApiError && error.problems.length > 0) return error.problems
    throw error
  }
}
