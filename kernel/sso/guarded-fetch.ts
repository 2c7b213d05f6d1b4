// Where an administrator of a tenant may send the server by naming a provider: through the door of kernel/net.
import type { CustomFetch } from 'openid-client'
import { RelataError } from '../../sdk/errors.ts'
import { openOutside, OutsideError } from '../net/outside.ts'

const MOST_BYTES = 1_000_000
const TIMEOUT_MS = 15_000
/** Answers of these have no body, and `Response` takes none. */
const WITHOUT_BODY = [204, 205, 304]

/** For `openid-client`, which follows no redirects and has its own time limit. */
export function guardedFetch(allowsPrivate: boolean): CustomFetch {
  const outside = openOutside({ allowsPrivate })
  return async (url, { body, headers, method, signal }) => {
    const content = body instanceof URLSearchParams ? body.toString() : body
    if (content instanceof ReadableStream || content instanceof ArrayBuffer) throw new TypeError('Not a text body.')
    try {
      const answer = await outside.ask({
        method,
        url: new URL(url),
        headers,
        ...(content ? { body: content } : {}),
        timeoutMs: TIMEOUT_MS,
        mostBytes: MOST_BYTES,
        ...(signal ? { signal } : {}),
      })
      const { status } = answer
      return new Response(WITHOUT_BODY.includes(status) ? null : Uint8Array.from(answer.body), {
        status,
        headers: answer.headers,
      })
    } catch (error) {
      if (error instanceof OutsideError && ['address', 'unknown', 'private'].includes(error.fault))
        throw notAllowed(error.message)
      throw error
    }
  }
}

const notAllowed = (message: string) =>
  new RelataError('RL206', `The address of the identity provider ${message}.`, {
    problems: [{ path: '/issuer', key: 'bad_issuer', message }],
  })
