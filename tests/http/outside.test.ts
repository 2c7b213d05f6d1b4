// The door to addresses that somebody wrote down, with real servers on this machine behind it.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { lookup } from 'node:dns'
import { afterAll, describe, expect, test } from 'vitest'
import { openOutside, type Outside, type OutsideRequest } from '../../kernel/net/outside.ts'

const servers: Server[] = []
const doors: Outside[] = []

afterAll(() => {
  for (const door of doors) door.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

function open(options: Parameters<typeof openOutside>[0]): Outside {
  const door = openOutside(options)
  doors.push(door)
  return door
}

const ask = (url: string): OutsideRequest => ({ method: 'GET', url: new URL(url), timeoutMs: 2_000, mostBytes: 1_000 })

/** Names of our own. */
function names(known: Record<string, string[]>, asked: string[] = []): typeof lookup {
  const answer = (host: string, _options: unknown, done: (error: Error | null, found: object[]) => void) => {
    asked.push(host)
    const found = known[host]
    if (!found) return done(new Error('ENOTFOUND'), [])
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return answer as unknown as typeof lookup
}

describe('where requests may go', () => {
  test('a name that leads into the own network is refused, also with a public address beside', async () => {
    const lookup = names({
      'mixed.example': ['93.184.216.34', '10.0.0.1'],
      'inside.example': ['127.0.0.1'],
      'six.example': ['::ffff:10.0.0.1'],
      'tunnel.example': ['2002:7f00:1::'],
    })
    const door = open({ allowsPrivate: false, lookup })
    for (const host of ['mixed.example', 'inside.example', 'six.example', 'tunnel.example'])
      await expect(door.ask(ask(`https://${host}/`)), host).rejects.toMatchObject({ fault: 'private' })
    await expect(door.ask(ask('https://nowhere.example/'))).rejects.toMatchObject({ fault: 'unknown' })
  })

  test('an address in whatever spelling, http, and names with passwords are refused before anything is asked', async () => {
    const asked: string[] = []
    const door = open({ allowsPrivate: false, lookup: names({}, asked) })
    for (const url of ['https://127.1/', 'https://0x7f000001/', 'https://[fe80::1]/', 'https://[::ffff:a00:1]/'])
      await expect(door.ask(ask(url)), url).rejects.toMatchObject({ fault: 'private' })
    for (const url of ['http://example.org/', 'ftp://example.org/', 'https://me:secret@example.org/'])
      await expect(door.ask(ask(url)), url).rejects.toMatchObject({ fault: 'address' })
    expect(asked).toEqual([])
  })

  test('the connection goes to the address that was looked at: the name is asked once', async () => {
    const url = new URL(await listen((request, response) => response.end(request.headers.host)))
    const asked: string[] = []
    const door = open({ allowsPrivate: true, lookup: names({ 'hooks.example': ['127.0.0.1'] }, asked) })
    const answer = await door.ask(ask(`http://hooks.example:${url.port}/`))
    expect(answer.body.toString()).toBe(`hooks.example:${url.port}`)
    expect(asked).toEqual(['hooks.example'])
  })

  test('a redirect is an answer, and nobody follows it', async () => {
    let isFollowed = false
    const url = await listen((request, response) => {
      if (request.url === '/there') isFollowed = true
      response.writeHead(302, { location: '/there' }).end()
    })
    const answer = await open({ allowsPrivate: true }).ask(ask(url))
    expect([answer.status, answer.headers.get('location'), isFollowed]).toEqual([302, '/there', false])
  })
})

describe('how much and how long', () => {
  test('a long answer is an error, or cut where that is asked for', async () => {
    const url = await listen((_request, response) => response.end('x'.repeat(100_000)))
    const door = open({ allowsPrivate: true })
    await expect(door.ask(ask(url))).rejects.toMatchObject({ fault: 'too_large' })
    const cut = await door.ask({ ...ask(url), cutsLong: true })
    expect([cut.body.length, cut.isCut]).toEqual([1_000, true])
  })

  test('an answer that drips is cut off in time; a caller may leave sooner', async () => {
    const url = await listen((_request, response) => {
      const drip = setInterval(() => response.write('.'), 20)
      response.once('close', () => clearInterval(drip))
    })
    const door = open({ allowsPrivate: true })
    await expect(door.ask({ ...ask(url), timeoutMs: 150 })).rejects.toMatchObject({ fault: 'timeout' })
    const signal = AbortSignal.timeout(50)
    await expect(door.ask({ ...ask(url), signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('what is sent is what was given, without headers that are the connection’s', async () => {
    const url = await listen((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => response.end(JSON.stringify({ method: request.method, headers: request.headers, body })))
    })
    const headers = { 'X-Own': 'yes', Host: 'evil.example', 'Content-Length': '3', Connection: 'upgrade' }
    const answer = await open({ allowsPrivate: true }).ask({ ...ask(url), method: 'POST', headers, body: 'schön' })
    const seen = JSON.parse(answer.body.toString())
    expect([seen.method, seen.body, seen.headers['x-own'], seen.headers.host]).toEqual([
      'POST',
      'schön',
      'yes',
      new URL(url).host,
    ])
    expect(seen.headers['content-length']).toBe('6')
    expect(seen.headers.connection).not.toBe('upgrade')
  })

  test('a server that is not there is told of', async () => {
    const url = await listen(() => undefined)
    const closed = servers.pop()
    await new Promise((resolve) => closed?.close(resolve))
    await expect(open({ allowsPrivate: true }).ask(ask(url))).rejects.toMatchObject({ fault: 'unreachable' })
  })
})
