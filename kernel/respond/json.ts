// Answers of the API. Their headers are given when they are made: changing those of a finished answer costs more than
// making it.
import { SAFE_HEADERS } from './safe-headers.ts'

/** Nobody keeps what may be another's, and nothing is taken for what it is not. */
export const API_HEADERS = {
  ...SAFE_HEADERS,
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
} as const

/** @param text JSON already */
export function jsonText(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { ...API_HEADERS, ...headers } })
}

export const jsonAnswer = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  jsonText(JSON.stringify(body), status, headers)
