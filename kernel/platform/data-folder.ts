// The folder where everything of this installation lives that is not in the database: the database itself when it is
// embedded, uploaded files, the key file. Only the folder's own name can be passed through by others; what is in it
// cannot be read by them.
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { RelataError } from '../../sdk/errors.ts'

export const isRoot = process.getuid?.() === 0

/** Make the data folder, or see that it can be used. @throws RL504 */
export function prepareDataFolder(dataFolder: string): void {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o711 })
    // The embedded database runs as another user when we are root, and must pass through to its own folder.
    if (isRoot && (statSync(dataFolder).mode & 0o001) === 0) chmodSync(dataFolder, 0o711)
  } catch (cause) {
    throw new RelataError('RL504', `The data folder ${dataFolder} cannot be used: ${reason(cause)}`, {
      hint: 'Set RELATA_DATA to a folder that this user may write.',
      cause,
    })
  }
}

/** A folder inside the data folder that only this user can open; made when missing. */
export function privateFolder(dataFolder: string, name: string): string {
  const folder = path.join(dataFolder, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Text of a file, or null when it is not there. Other failures are thrown: an unreadable key is not a missing one. */
export function readIfPresent(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** Write a file that only this user can read, whole or not at all: a crash leaves the old text or the new. */
export function writePrivately(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  renameSync(draft, file)
}

/** Like writePrivately, but leaves a file that is already there. @returns false when there was one */
export function createPrivately(file: string, text: string): boolean {
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    return createWithoutLink(file, text)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** For file systems without hard links; a crash in the middle may leave the file empty. */
function createWithoutLink(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
