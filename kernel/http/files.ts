// Contents of file records: brought and fetched here, while names and places are records like any other.
import type { ReadableStream } from 'node:stream/web'
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { setFields } from '../auth/system-table.ts'
import { type FileStore, MAX_FILE_BYTES, type StoredFile } from '../files/file-store.ts'
import { refuseUnknown } from '../parse/list-request.ts'
import { parseSelect } from '../parse/select-syntax.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonText } from '../respond/json.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import type { Context } from '../run/context.ts'
import { isUuid } from '../run/new-id.ts'
import { getRecord } from '../run/read-records.ts'
import { createRecord } from '../run/write-records.ts'
import type { Services } from '../services.ts'

const FILE_ENTITY = 'system.file'
/** Shown in a page; everything else is downloaded, since a file may hold a script. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|application\/pdf|text\/plain)$/

interface Upload {
  name: string
  mediaType: string
  body: ReadableStream<Uint8Array>
  /** Wire value of the field `on`. */
  on: unknown
}

export function fileRoutes(services: Services, files: FileStore): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()

  app.post('/files', (c) =>
    inTenant(c, services, async (context) => {
      context.rights.require(context.model.entity(FILE_ENTITY), 'create')
      const upload = await readUpload(c)
      const stored = await files.write(context.model.snapshot.schema, upload.body)
      try {
        const record = await keep(context, services, upload, stored)
        return jsonText(record, 201)
      } catch (error) {
        await files.remove(context.model.snapshot.schema, stored.key)
        throw error
      }
    }),
  )

  app.get('/files/:id', (c) =>
    inTenant(c, services, async (context) => {
      const found = await findFile(context, services, c.req.param('id'))
      const etag = `"${found.sha256}"`
      if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } })
      const isShown = c.req.query('inline') === 'true' && SHOWN.test(found.mediaType)
      return new Response(files.read(context.model.snapshot.schema, found.key), {
        headers: {
          ...SAFE_HEADERS,
          etag,
          'content-type': isShown ? found.mediaType : 'application/octet-stream',
          'content-length': String(found.sizeBytes),
          'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(found.name)}`,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
          'cache-control': 'private, no-cache',
        },
      })
    }),
  )

  return app
}

/** Record and what only the system may say of it, in one transaction. @returns JSON text of the record */
async function keep(context: Context, services: Services, upload: Upload, stored: StoredFile): Promise<string> {
  const entity = context.model.entity(FILE_ENTITY)
  return services.database.transaction(async (tx) => {
    const body = { name: upload.name, ...(upload.on === undefined ? {} : { on: upload.on }) }
    const { id } = await createRecord(context, { tx }, entity, body)
    await setFields(tx, context.model, FILE_ENTITY, id, {
      media_type: upload.mediaType,
      size_bytes: String(stored.sizeBytes),
      sha256: stored.sha256,
      storage_key: stored.key,
    })
    return (await getRecord(context, tx, entity, id, { select: undefined, expand: [], isTrash: false })).body
  })
}

async function findFile(
  context: Context,
  services: Services,
  id: string,
): Promise<{ name: string; mediaType: string; sizeBytes: number; sha256: string; key: string }> {
  const entity = context.model.entity(FILE_ENTITY)
  if (!isUuid(id)) throw new RelataError('RL205', `“${id}” is not the id of a file.`)
  const select = parseSelect('name,media_type,size_bytes,sha256,storage_key')
  const record: Record<string, unknown> = JSON.parse(
    (await getRecord(context, services.database, entity, id.toLowerCase(), { select, expand: [], isTrash: false }))
      .body,
  )
  const key = record['storage_key']
  if (typeof key !== 'string') throw new RelataError('RL205', 'The file has no contents.')
  return {
    name: String(record['name']),
    mediaType: String(record['media_type']),
    sizeBytes: Number(record['size_bytes']),
    sha256: String(record['sha256']),
    key,
  }
}

/** `multipart/form-data` with `file` and perhaps `on` (JSON), or the bytes themselves with `?name=`. */
async function readUpload(c: HonoContext<TenantEnv>): Promise<Upload> {
  const query = new URL(c.req.url).searchParams
  refuseUnknown(query, ['name', 'on'])
  if (Number(c.req.header('content-length') ?? 0) > MAX_FILE_BYTES)
    throw new RelataError('RL102', `A file may have at most ${MAX_FILE_BYTES / 1024 / 1024} MB.`)
  const mediaType = c.req.header('content-type') ?? 'application/octet-stream'
  if (!mediaType.startsWith('multipart/form-data')) {
    const body = c.req.raw.body as ReadableStream<Uint8Array> | null
    if (!body) throw new RelataError('RL100', 'There is no body.')
    return { name: fileName(query.get('name')), mediaType: cleanType(mediaType), body, on: parseOn(query.get('on')) }
  }
  const form = await c.req.formData().catch(() => {
    throw new RelataError('RL100', 'The form cannot be read.')
  })
  const [file, on] = [form.get('file'), form.get('on')]
  if (!(file instanceof File)) throw new RelataError('RL100', 'The form has no member “file”.')
  return {
    name: fileName(file.name),
    mediaType: cleanType(file.type),
    body: file.stream() as ReadableStream<Uint8Array>,
    on: parseOn(typeof on === 'string' ? on : null),
  }
}

function parseOn(text: string | null): unknown {
  if (text === null || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new RelataError('RL104', '“on” is not JSON.', { hint: 'Write {"entity": "…", "id": "…"}.' })
  }
}

/** Without folders: browsers and people send paths. */
const fileName = (text: string | null): string => (text ?? '').split(/[\\/]/).at(-1)?.trim() || 'file'

const cleanType = (text: string): string => {
  const type = text.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,60}$/.test(type) ? type : 'application/octet-stream'
}
