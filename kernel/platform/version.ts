// Which version of Relata this is: what plugins name in `engine`.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const manifest: unknown = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'))

export const SERVER_VERSION: string =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0.0.0'
