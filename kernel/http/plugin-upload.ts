// A plugin package over HTTP: a form with `package` and perhaps `request`, or the bytes themselves.
import type { Context as HonoContext } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { MAX_ARCHIVE_BYTES } from '../../sdk/plugin/archive.ts'
import { InstallRequest } from '../../sdk/wire/plugins.ts'
import { readBody } from './read-body.ts'

export interface PluginUpload {
  bytes: Uint8Array
  request: InstallRequest
}

/** Room for the rest of a form. */
const MAX_BODY_BYTES = MAX_ARCHIVE_BYTES + 1_000_000

/** @throws RL100 no such form · RL102 too large · RL206 the request */
export async function readPluginUpload(c: HonoContext): Promise<PluginUpload> {
  const body = await readBytes(c)
  const type = c.req.header('content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) return { bytes: body, request: {} }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw new RelataError('RL100', 'The form cannot be read.')
  })
  const [file, request] = [form.get('package'), form.get('request')]
  if (!(file instanceof File)) throw new RelataError('RL100', 'The form has no member “package”.')
  return {
    bytes: new Uint8Array(await file.arrayBuffer()),
    request: typeof request === 'string' ? readBody(InstallRequest, parse(request)) : {},
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RelataError('RL100', 'The member “request” of the form is not JSON.')
  }
}

async function readBytes(c: HonoContext): Promise<Uint8Array> {
  const declared = Number(c.req.header('content-length') ?? 0)
  if (declared > MAX_BODY_BYTES) throw tooLarge()
  const parts: Uint8Array[] = []
  let size = 0
  const body = c.req.raw.body
  if (!body) throw new RelataError('RL100', 'There is no body.')
  for await (const part of body) {
    size += part.length
    if (size > MAX_BODY_BYTES) throw tooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const tooLarge = () =>
  new RelataError('RL102', `A plugin package may have at most ${MAX_ARCHIVE_BYTES / 1_000_000} MB.`)
