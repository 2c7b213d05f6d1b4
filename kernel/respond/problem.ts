// Failures as problem documents. The one place that decides what of an unexpected error may leave the server: nothing.
import { RelataError, toProblemDocument } from '../../sdk/errors.ts'
import { API_HEADERS } from './json.ts'
import { fromPostgres } from '../run/postgres-error.ts'
import type { Logger } from 'pino'

export function problemResponse(error: unknown, log: Logger, request: { method: string; path: string }): Response {
  const known = asRelataError(error)
  // What is being prepared is no failure.
  if (known.status >= 500 && known.code !== 'RL212')
    log.error(
      { err: known.cause ?? known, code: known.code, method: request.method, path: request.path },
      known.message,
    )
  const headers: Record<string, string> = { ...API_HEADERS, 'content-type': 'application/problem+json; charset=utf-8' }
  if (known.status === 503) headers['retry-after'] = '1'
  return new Response(JSON.stringify(toProblemDocument(known, request.path)), { status: known.status, headers })
}

function asRelataError(error: unknown): RelataError {
  const translated = fromPostgres(error)
  if (translated instanceof RelataError) return translated
  return new RelataError('RL500', 'Something went wrong on the server.', { cause: error })
}
