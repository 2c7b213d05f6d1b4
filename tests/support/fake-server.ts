// A server that says what a test wants and notes what it was asked, for tests of programs that speak HTTP.
import { createServer, type IncomingHttpHeaders } from 'node:http'

export interface Asked {
  method: string
  /** Without the query. */
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  body: string
}

export interface Said {
  /** Default: 200. */
  status?: number
  /** A text as it is, null for nothing, anything else as JSON. */
  body: unknown
}

export interface FakeServer {
  /** Without a trailing slash. */
  url: string
  /** In order; a test empties it. */
  asked: Asked[]
  /** To be set by a test. */
  answer: (asked: Asked) => Said
  close(): void
}

export async function startFakeServer(): Promise<FakeServer> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text) => (body += text))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
      const { method = '', headers } = request
      const one: Asked = { method, path: pathname, query: Object.fromEntries(searchParams), headers, body }
      fake.asked.push(one)
      const said = fake.answer(one)
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json' })
      response.end(said.body === null || typeof said.body === 'string' ? (said.body ?? '') : JSON.stringify(said.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const fake: FakeServer = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    asked: [],
    answer: () => ({ status: 404, body: null }),
    close: () => void server.close(),
  }
  return fake
}

/** A problem document (RFC 9457). */
export function problem(status: number, code: string, more: object = {}): Said {
  return { status, body: { type: 'about:blank', title: 'A title', status, code, detail: 'What went wrong', ...more } }
}
