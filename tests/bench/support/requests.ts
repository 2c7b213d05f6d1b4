// Requests in a given number of lanes, over connections that stay open. Every answer is read to its end and its status
// checked: a fast error is no result.
import { Agent, request } from 'node:http'

export interface Call {
  method: string
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string
}

export class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 })
  private readonly base: URL
  private readonly headers: Readonly<Record<string, string>>

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.base = new URL(url)
    this.headers = headers
  }

  /** @throws on any status from 400 */
  send(call: Call): Promise<{ status: number; text: string; headers: Readonly<Record<string, unknown>> }> {
    const { hostname, port } = this.base
    const headers = {
      ...this.headers,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { agent: this.agent, hostname, port, method: call.method, path: call.path, headers },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString()
            const status = answer.statusCode ?? 0
            if (status >= 400) reject(new Error(`${call.method} ${call.path} → ${status} ${text.slice(0, 400)}`))
            else resolve({ status, text, headers: answer.headers })
          })
          answer.on('error', reject)
        },
      )
      // The server may close a connection that was idle for long at the very moment that it is used again.
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') this.send(call).then(resolve, reject)
        else reject(error)
      })
      outgoing.end(call.body)
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** @returns milliseconds that `count` requests in `lanes` lanes took */
export async function drive(client: Client, lanes: number, count: number, next: () => Call): Promise<number> {
  let left = count
  const startedMs = performance.now()
  const lane = async (): Promise<void> => {
    while (left-- > 0) await client.send(next())
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return performance.now() - startedMs
}
