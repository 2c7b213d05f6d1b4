// Contents of file records, in the data folder: one folder a tenant, one file a content. The record says what it is.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { RelataError } from '../../sdk/errors.ts'
import { privateFolder } from '../platform/data-folder.ts'

export const MAX_FILE_BYTES = 100 * 1024 * 1024

export interface StoredFile {
  /** Name within the tenant's folder. */
  key: string
  sizeBytes: number
  /** Hexadecimal. */
  sha256: string
}

export interface FileStore {
  /** Whole or not at all: a crash leaves at most a draft. @param schema of the tenant @throws RL102 */
  write(schema: string, body: ReadableStream<Uint8Array>): Promise<StoredFile>
  read(schema: string, key: string): ReadableStream<Uint8Array>
  remove(schema: string, key: string): Promise<void>
  /** Everything of a tenant that has been removed. */
  removeTenant(schema: string): Promise<void>
}

const KEY = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/
const SCHEMA = /^[a-z0-9_]{1,63}$/

export function createFileStore(dataFolder: string): FileStore {
  const root = privateFolder(dataFolder, 'files')
  const folderOf = (schema: string): string => {
    if (!SCHEMA.test(schema)) throw new RelataError('RL500', `“${schema}” is no folder of files.`)
    return path.join(root, schema)
  }
  const pathOf = (schema: string, key: string): string => {
    if (!KEY.test(key)) throw new RelataError('RL500', `“${key}” is no place of a file.`)
    return path.join(folderOf(schema), key)
  }
  return {
    async write(schema, body) {
      const id = randomUUID()
      const key = `${id.slice(0, 2)}/${id}`
      const target = pathOf(schema, key)
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
      const draft = `${target}.draft`
      const hash = createHash('sha256')
      let sizeBytes = 0
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          sizeBytes += chunk.length
          hash.update(chunk)
          done(sizeBytes > MAX_FILE_BYTES ? tooLarge() : null, chunk)
        },
      })
      try {
        await pipeline(Readable.fromWeb(body), meter, createWriteStream(draft, { mode: 0o600, flush: true }))
        await rename(draft, target)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      return { key, sizeBytes, sha256: hash.digest('hex') }
    },
    read: (schema, key) => Readable.toWeb(createReadStream(pathOf(schema, key))) as ReadableStream<Uint8Array>,
    remove: (schema, key) => rm(pathOf(schema, key), { force: true }),
    removeTenant: (schema) => rm(folderOf(schema), { recursive: true, force: true }),
  }
}

const tooLarge = () => new RelataError('RL102', `A file may have at most ${MAX_FILE_BYTES / 1024 / 1024} MB.`)
