// The built studio: its files, and its one page for every address that is no file and no API.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Hono } from 'hono'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
}
/** Vite puts a hash of the contents into these names. */
const HASHED = /^\/assets\//
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

/** @param folder studio/dist */
export function pageRoutes(folder: string): Hono {
  const app = new Hono()
  app.get('*', (c) => {
    const file = fileOf(folder, c.req.path)
    if (file) return sendFile(file, c.req.path, c.req.header('accept-encoding') ?? '', c.req.header('if-none-match'))
    // Files that a browser asks for stand at the top; below a tenant a dot belongs to the name of an entity.
    const isAsset = HASHED.test(c.req.path) || /^\/[^/]+\.[^/]+$/.test(c.req.path)
    const index = path.join(folder, 'index.html')
    if (isAsset || !existsSync(index))
      return new Response('Not found', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })
    return new Response(readFileSync(index), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    })
  })
  return app
}

/** Only names without tricks: letters, digits, dot, dash, underscore. */
function fileOf(folder: string, address: string): string | undefined {
  if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(address)) return undefined
  const file = path.join(folder, address)
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined
}

function sendFile(file: string, address: string, accepted: string, known: string | undefined): Response {
  const { mtimeMs, size } = statSync(file)
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
  const headers: Record<string, string> = {
    etag,
    vary: 'accept-encoding',
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'cache-control': HASHED.test(address) ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (known === etag) return new Response(null, { status: 304, headers })
  const encoding = ENCODINGS.find(({ name, suffix }) => accepted.includes(name) && existsSync(file + suffix))
  if (encoding) headers['content-encoding'] = encoding.name
  return new Response(Readable.toWeb(createReadStream(file + (encoding?.suffix ?? ''))), { headers })
}
