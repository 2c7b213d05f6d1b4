// A JSON body, read once and with a limit.
import type { Context } from 'hono'
import { RelataError } from '../../sdk/errors.ts'

export const MAX_BODY_BYTES = 10 * 1024 * 1024

/** @throws RL100 not JSON · RL102 too large · RL103 another content type */
export async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/([a-z.+-]+\+)?json\b/i.test(type)) {
    throw new RelataError('RL103', `The body must be JSON, not ${type || 'of no type'}.`, {
      hint: 'Send Content-Type: application/json.',
    })
  }
  const declared = Number(c.req.header('content-length') ?? 0)
  if (declared > MAX_BODY_BYTES) throw tooLarge()
  const text = await c.req.text()
  if (text.length > MAX_BODY_BYTES) throw tooLarge()
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RelataError('RL100', `The body is not JSON: ${error instanceof Error ? error.message : 'syntax error'}.`)
  }
}

const tooLarge = () =>
  new RelataError('RL102', `The body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB.`, {
    hint: 'Send less at once, or use the bulk load.',
  })
