// A program that webhooks are sent to: verifies signatures by the text of Standard Webhooks and by nothing of ours.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'

export interface Call {
  headers: IncomingHttpHeaders
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages and fail where they are not as expected.
  body: any
}

export interface Receiver {
  url: string
  /** In the order in which they came. */
  calls: Call[]
  /** What is answered from now on; a string is where it redirects to. */
  answer: (call: Call) => number | string | Promise<number | string>
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const call = { headers: request.headers, text, body: JSON.parse(text) }
      receiver.calls.push(call)
      const answer = await receiver.answer(call)
      if (typeof answer === 'number') response.writeHead(answer).end(`answered ${answer}`)
      else response.writeHead(302, { location: answer }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const receiver: Receiver = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`,
    calls: [],
    answer: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return receiver
}

const TOLERANCE_S = 5 * 60

/**
 * “The signature scheme”, step by step: id, time stamp and payload joined by dots, HMAC-SHA256 with the decoded secret,
 * base64, compared in constant time with each signature of version 1 in the header.
 */
export function isGenuine({ headers, text }: Call, secret: string): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  )
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S) return false
  const key = Buffer.from(secret.split('_')[1] ?? '', 'base64')
  const expected = createHmac('sha256', key)
    .update(Buffer.from(`${id}.${timestamp}.${text}`))
    .digest()
  return signatures.split(' ').some((one) => {
    const [version, value = ''] = one.split(',')
    const given = Buffer.from(value, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
