// Packages that came with the server, in a folder that it is given: offered, never installed by themselves.
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from 'pino'
import { RelataError } from '../../../sdk/errors.ts'
import { nearest } from '../../../sdk/metadata/nearest.ts'
import { MAX_ARCHIVE_BYTES, readArchive } from '../../../sdk/plugin/archive.ts'
import type { WireAvailable } from '../../../sdk/wire/plugins.ts'

export interface AvailablePlugins {
  /** Sorted by name. */
  list(): Promise<WireAvailable[]>
  /** @throws RL205 */
  read(name: string): Promise<Uint8Array>
}

interface Found {
  mtimeMs: number
  file: string
  /** undefined: it is no plugin package. */
  about: WireAvailable | undefined
}

/** @param folder null: none */
export function openAvailable(folder: string | null, log: Logger): AvailablePlugins {
  const known = new Map<string, Found>()
  const look = async (file: string): Promise<Found | undefined> => {
    const { mtimeMs, size } = await stat(file)
    const before = known.get(file)
    if (before?.mtimeMs === mtimeMs) return before
    const found: Found = { mtimeMs, file, about: size > MAX_ARCHIVE_BYTES ? undefined : await describe(file) }
    known.set(file, found)
    return found
  }
  const describe = async (file: string): Promise<WireAvailable | undefined> => {
    try {
      const { name, version, label, description, hash, signer } = readArchive(await readFile(file))
      return { name, version, label, description, hash, signer }
    } catch (error) {
      log.warn({ err: error, file: path.basename(file) }, 'a package that came with the server cannot be read')
      return undefined
    }
  }
  const all = async (): Promise<Found[]> => {
    if (folder === null) return []
    const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.relata')).sort()
    const found = await Promise.all(files.map((file) => look(path.join(folder, file)).catch(() => undefined)))
    return found.filter((one) => one !== undefined)
  }
  return {
    async list() {
      return (await all()).flatMap(({ about }) => about ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async read(name) {
      const found = (await all()).find(({ about }) => about?.name === name)
      if (found) return readFile(found.file)
      const near = nearest(
        name,
        (await all()).flatMap(({ about }) => about?.name ?? []),
      )
      throw new RelataError(
        'RL205',
        `No plugin “${name}” came with this server.`,
        near ? { hint: `Did you mean “${near}”?` } : {},
      )
    },
  }
}
