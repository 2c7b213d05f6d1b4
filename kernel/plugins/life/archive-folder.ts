// Where the data of removed plugins is kept as files, beside the files of its tenant: they go when the tenant goes, and
// only its administrators are given them.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { pipeline } from 'node:stream/promises'
import { RelataError } from '../../../sdk/errors.ts'
import { privateFolder } from '../../platform/data-folder.ts'

export interface KeptArchive {
  file: string
  sizeBytes: number
  /** ISO 8601. */
  at: string
}

export interface ArchiveFolder {
  list(schema: string): Promise<KeptArchive[]>
  has(schema: string, file: string): Promise<boolean>
  /** Whole or not at all. */
  write(schema: string, file: string, content: AsyncIterable<Uint8Array>): Promise<void>
  /** @throws RL205 */
  read(schema: string, file: string): Promise<{ body: ReadableStream<Uint8Array>; sizeBytes: number }>
  remove(schema: string, file: string): Promise<void>
}

const NAME = /^[a-z0-9][a-z0-9_.-]{0,120}\.zip$/
const SCHEMA = /^[a-z0-9_]{1,63}$/

export function openArchiveFolder(dataFolder: string): ArchiveFolder {
  const root = privateFolder(dataFolder, 'files')
  const folderOf = (schema: string): string => {
    if (!SCHEMA.test(schema)) throw new RelataError('RL500', `“${schema}” is no folder of files.`)
    return path.join(root, schema, 'plugins')
  }
  const pathOf = (schema: string, file: string): string => {
    if (!NAME.test(file)) throw new RelataError('RL205', `There is no archive “${file}”.`)
    return path.join(folderOf(schema), file)
  }
  const sizeOf = (file: string) =>
    stat(file).then(
      ({ size, mtime }) => ({ sizeBytes: size, at: mtime.toISOString() }),
      () => undefined,
    )
  return {
    async list(schema) {
      const files = await readdir(folderOf(schema)).catch(() => [])
      const found = await Promise.all(
        files
          .filter((file) => NAME.test(file))
          .map(async (file) => ({ file, about: await sizeOf(pathOf(schema, file)) })),
      )
      return found.flatMap(({ file, about }) => (about ? [{ file, ...about }] : []))
    },
    has: async (schema, file) => (await sizeOf(pathOf(schema, file))) !== undefined,
    async write(schema, file, content) {
      const target = pathOf(schema, file)
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
      const draft = `${target}.draft`
      await pipeline(content, createWriteStream(draft, { mode: 0o600, flush: true }))
      await rename(draft, target)
    },
    async read(schema, file) {
      const source = pathOf(schema, file)
      const about = await sizeOf(source)
      if (!about) throw new RelataError('RL205', `There is no archive “${file}”.`)
      const body = Readable.toWeb(createReadStream(source)) as ReadableStream<Uint8Array>
      return { body, sizeBytes: about.sizeBytes }
    },
    remove: (schema, file) => rm(pathOf(schema, file), { force: true }),
  }
}
