// A body as it came, read once and with a limit.
import type { Context } from 'hono'
import { RelataError } from '../../sdk/errors.ts'

/** @throws RL102 */
export async function readBytes(c: Context, mostBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new RelataError('RL102', `The body is larger than ${Math.floor(mostBytes / 1024)} KB.`)
  if (Number(c.req.header('content-length') ?? 0) > mostBytes) throw tooLarge()
  const { body } = c.req.raw
  if (!body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
