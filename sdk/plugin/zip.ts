// Zip files that nobody has to trust: read within caps that are checked before anything is unpacked, written so that
// equal contents give equal bytes. Node only.
import { crc32 } from 'node:zlib'
import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate'

export interface ZipCaps {
  files: number
  /** Of the zip itself. */
  packedBytes: number
  /** Of one file. */
  fileBytes: (path: string) => number
  /** Of all files together. */
  totalBytes: number
  /** Unpacked to packed, of all files together. */
  ratio: number
  isPath(path: string): boolean
}

export type Unzipped = { ok: true; files: ReadonlyMap<string, Uint8Array> } | { ok: false; problems: ZipProblem[] }
export interface ZipProblem {
  /** '' when it is about the zip as a whole. */
  path: string
  message: string
}

/** Less than this is no bomb, however well it is packed. */
const HARMLESS_BYTES = 1_000_000
const MAX_PROBLEMS = 20

export function unzip(bytes: Uint8Array, caps: ZipCaps): Unzipped {
  if (bytes.length > caps.packedBytes)
    return { ok: false, problems: [{ path: '', message: `is larger than ${bytesInWords(caps.packedBytes)}` }] }
  const entries: UnzipFileInfo[] = []
  try {
    // A first walk over the directory: nothing is unpacked.
    unzipSync(bytes, { filter: (file) => entries.push(file) > caps.files && stop() })
  } catch (error) {
    if (error instanceof TooMany)
      return { ok: false, problems: [{ path: '', message: `has more than ${caps.files} files` }] }
    return { ok: false, problems: [notZip()] }
  }
  const problems = directoryProblems(entries, caps)
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) }
  try {
    const files = new Map(Object.entries(unzipSync(bytes)))
    const expected = sums(bytes)
    const damaged = [...files].filter(([path, file]) => crc32(file) !== expected.get(path))
    if (damaged.length === 0) return { ok: true, files }
    return { ok: false, problems: damaged.map(([path]) => ({ path, message: 'was damaged on its way' })) }
  } catch {
    return { ok: false, problems: [notZip()] }
  }
}

/** Check sums, which fflate leaves alone. The directory was read once already, so that it is whole. */
function sums(bytes: Uint8Array): Map<string, number> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = view.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  const found = new Map<string, number>()
  for (let at = view.readUInt32LE(end + 16), left = view.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.readUInt16LE(at + offset))
    const begin = at + 46
    found.set(view.toString('utf8', begin, begin + (name ?? 0)), view.readUInt32LE(at + 16))
    at = begin + (name ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  return found
}

class TooMany extends Error {}
const stop = (): never => {
  throw new TooMany()
}
const notZip = (): ZipProblem => ({ path: '', message: 'is not a whole zip file' })

/** What the directory says is binding: a file that unpacks to more than it says there does not unpack. */
function directoryProblems(entries: readonly UnzipFileInfo[], caps: ZipCaps): ZipProblem[] {
  const seen = new Set<string>()
  const problems = entries.flatMap(({ name, size, originalSize, compression }): ZipProblem[] => {
    const path = printable(name)
    if (!caps.isPath(name)) return [{ path, message: 'has no place in a plugin package' }]
    if (seen.has(name)) return [{ path, message: 'stands in it twice' }]
    seen.add(name)
    if (compression !== 0 && compression !== 8) return [{ path, message: 'is packed in an unknown way' }]
    if (compression === 0 && size !== originalSize) return [{ path, message: 'has another size than it says' }]
    const cap = caps.fileBytes(name)
    return originalSize > cap ? [{ path, message: `is larger than ${bytesInWords(cap)}` }] : []
  })
  const total = entries.reduce((sum, { originalSize }) => sum + originalSize, 0)
  const packed = entries.reduce((sum, { size }) => sum + size, 0)
  if (total > caps.totalBytes)
    problems.push({ path: '', message: `unpacks to more than ${bytesInWords(caps.totalBytes)}` })
  else if (total > HARMLESS_BYTES && total > packed * caps.ratio)
    problems.push({ path: '', message: `unpacks to more than ${caps.ratio} times its size` })
  return problems
}

const printable = (name: string): string => name.slice(0, 200).replace(/[\u0000-\u001f\u007f]/g, '?')

export const bytesInWords = (bytes: number): string =>
  bytes >= 1_000_000 ? `${Math.round(bytes / 100_000) / 10} MB` : `${Math.round(bytes / 1_000)} kB`

/** Same files, same bytes, whatever the time and place. Sorted by path. */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  // The zip format keeps local time without a zone: this is the same text everywhere.
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: new Date(1980, 0, 1) })
}
