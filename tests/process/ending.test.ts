import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { createLifecycle, drainServer } from '../../kernel/platform/lifecycle.ts'
import { createLogger } from '../../kernel/platform/log.ts'

const log = createLogger({ logLevel: 'silent', logFormat: 'json' })

describe('stopping the parts', () => {
  function make() {
    const codes: number[] = []
    const lifecycle = createLifecycle({ log, exit: (code) => codes.push(code) })
    return { codes, lifecycle }
  }

  test('the part registered last stops first, each after the one before it has ended', async () => {
    const { codes, lifecycle } = make()
    const order: string[] = []
    lifecycle.onStop('database', () => void order.push('database'))
    lifecycle.onStop('pool', async () => {
      await delay(10)
      order.push('pool')
    })
    await lifecycle.stop('test')
    expect(order).toEqual(['pool', 'database'])
    expect(lifecycle.signal.aborted).toBe(true)
    expect(codes).toEqual([0])
  })

  test('a part that hangs or fails does not keep the rest from stopping, and the exit code tells', async () => {
    const { codes, lifecycle } = make()
    let isDatabaseStopped = false
    lifecycle.onStop('database', () => {
      isDatabaseStopped = true
    })
    lifecycle.onStop('fails', () => Promise.reject(new Error('no')))
    lifecycle.onStop('hangs', () => new Promise<void>(() => undefined), 20)
    await lifecycle.stop('test')
    expect(isDatabaseStopped).toBe(true)
    expect(codes).toEqual([1])
  })

  test('asked twice, it stops once', async () => {
    const { codes, lifecycle } = make()
    let count = 0
    lifecycle.onStop('part', () => void count++)
    await Promise.all([lifecycle.stop('first'), lifecycle.stop('second')])
    expect([count, codes]).toEqual([1, [0]])
  })
})

describe('draining the HTTP server', () => {
  let server: Server
  afterEach(() => void server.closeAllConnections())

  async function serve(answerAfterMs: number): Promise<() => Promise<IncomingMessage>> {
    server = createServer((_request, response) => void setTimeout(() => response.end('done'), answerAfterMs))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    return async () => {
      const request = get({ port, host: '127.0.0.1', agent: false, headers: { connection: 'keep-alive' } })
      const [response]: IncomingMessage[] = await once(request, 'response')
      if (!response) throw new Error('no response')
      return response
    }
  }

  test('a running request finishes, a new connection is refused', async () => {
    const ask = await serve(150)
    const running = ask()
    await delay(50)
    const drained = drainServer(server, 5_000)
    await expect(ask()).rejects.toThrow('ECONNREFUSED')
    const response = await running
    response.setEncoding('utf8')
    expect((await response.toArray()).join('')).toBe('done')
    await drained
  })

  test('idle keep-alive connections do not hold it up', async () => {
    const ask = await serve(0)
    ;(await ask()).resume()
    await delay(20)
    const startedMs = performance.now()
    await drainServer(server, 5_000)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })

  test('what is not done by the deadline is cut off', async () => {
    const ask = await serve(60_000)
    const running = ask().catch((error: Error) => error.message)
    await delay(50)
    await drainServer(server, 100)
    expect(await running).toContain('socket hang up')
  })
})
