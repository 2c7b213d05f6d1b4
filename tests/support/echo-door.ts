// The way out of a server under test: one host of the world, which echoes what it is asked, names that lead into networks
// that are nobody's business, and nothing else. What the real way out refuses is refused by it itself.
import type { lookup } from 'node:dns'
import { createServer, type IncomingMessage } from 'node:http'
import { openOutside, type Outside } from '../../kernel/net/outside.ts'

export interface EchoDoor {
  outside: Outside
  /** What has arrived, oldest first. */
  seen: { request: IncomingMessage; body: string }[]
  close(): void
}

const NAMES: Readonly<Record<string, string>> = {
  'rebound.example.org': '127.0.0.1',
  'xn--nxasmq6b.example.org': '10.0.0.1',
}

/** @param secret answered in every form that a service may give it back in */
export async function openEchoDoor(secret: string): Promise<EchoDoor> {
  const seen: EchoDoor['seen'] = []
  const forms = [Buffer.from(secret).toString('base64'), encodeURIComponent(secret), JSON.stringify(secret)]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({ request, body })
      if (request.url === '/away') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
      if (request.url === '/large') return response.end('x'.repeat(1_200_000))
      if (request.url === '/hang') return undefined
      const key = request.headers['x-key']
      response.setHeader('x-echo', String(key ?? ''))
      return response.end(JSON.stringify({ body, key, encoded: forms.join(' ') }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { outside: doorTo(port), seen, close }
}

function doorTo(port: number): Outside {
  const find = (host: string, _options: unknown, done: (error: Error | null, found: object[]) => void) =>
    NAMES[host] ? done(null, [{ address: NAMES[host], family: 4 }]) : done(new Error('ENOTFOUND'), [])
  const strict = openOutside({ allowsPrivate: false, lookup: find as unknown as typeof lookup })
  const loose = openOutside({ allowsPrivate: true })
  return {
    ask: (request) =>
      request.url.hostname === 'api.example.org'
        ? loose.ask({ ...request, url: new URL(request.url.pathname + request.url.search, `http://127.0.0.1:${port}`) })
        : strict.ask(request),
    close() {
      strict.close()
      loose.close()
    },
  }
}
