// The channel between the server and a child, without a process: what is said, in which order, and that neither side
// is led astray by what the other should not have said.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { serveSandbox } from '../../kernel/sandbox/child/serve-sandbox.ts'
import { encodeFrame, FROM_CHILD, FrameError, readFrames } from '../../kernel/sandbox/frames.ts'
import { type Attempt, type AttemptEnd, type Line, openLine } from '../../kernel/sandbox/line.ts'
import type { Wire } from '../../kernel/sandbox/wire.ts'
import { GENEROUS, guest, invocation } from './support/guests.ts'
import { joinedWires, type Transcript } from './support/joined-wires.ts'

const TIMES = { graceMs: 250, killMs: 500 }

function attemptOf(code: string, more: Partial<Attempt> = {}, input: unknown = null): Attempt {
  const { hash, load } = invocation(code).code
  return {
    message: {
      box: `one/acme.test/${hash}`,
      hash,
      filename: 'plugin://acme.test@1.0.0/plugin.js',
      kind: 'action',
      name: 'test',
      now: '2026-01-01T00:00:00.000Z',
      nowMs: Date.parse('2026-01-01T00:00:00.000Z'),
      seed: 7,
      limits: GENEROUS,
    },
    input: JSON.stringify(input),
    load,
    onCall: async (method, text) => ({
      ok: true,
      body: `{"was":${JSON.stringify(method)},"with":${text}}`,
      fatal: null,
    }),
    onLog() {},
    ...more,
  }
}

interface Joined {
  line: Line
  child: Wire
  server: Wire
  kills: string[]
  transcript: Transcript
}
function joined(): Joined {
  const { server, child, transcript } = joinedWires()
  const kills: string[] = []
  serveSandbox(child, () => {})
  const line = openLine(server, TIMES, (reason, guilty) => {
    kills.push(reason)
    line.die(reason, guilty)
  })
  return { line, child, server, kills, transcript }
}
const untilSaid = async ({ transcript }: Joined, line: string): Promise<void> => {
  while (!transcript.includes(line)) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('what is said', () => {
  test('a run that asks the host, writes to the log and answers', async () => {
    const wires = joined()
    const code = guest(
      `bridge.log('warn', 'on it'); return [await bridge.call('records.get', input), await bridge.call('sleep')]`,
    )
    const { ended } = wires.line.run(attemptOf(code, {}, { id: 1 }))
    expect(await ended).toMatchObject({ end: 'ok', hostCalls: 2 })
    expect(wires.transcript).toEqual([
      'child ready',
      'server run 1 action test {"id":1}',
      'child need 1',
      `server code ${code}`,
      'child log 1 warn on it',
      'child call 1 1 records.get {"id":1}',
      'server answer 1 1 true {"was":"records.get","with":{"id":1}}',
      'child call 1 2 sleep null',
      'server answer 1 2 true {"was":"sleep","with":null}',
      'child done 1 ok [{"was":"records.get","with":{"id":1}},{"was":"sleep","with":null}]',
    ])
    wires.line.die('over')
  })

  test('code is asked for once; refusals of the host and odd errors are data', async () => {
    const wires = joined()
    const code = guest(`if (input) throw null; return bridge.call('mail.send').catch(({ code, hint }) => [code, hint])`)
    const refusal = { code: 'RL302', message: 'No.', hint: 'Add it.' }
    const onCall = async () => ({ ok: false, body: JSON.stringify(refusal), fatal: null })
    await wires.line.run(attemptOf(code, { onCall })).ended
    await wires.line.run(attemptOf(code, { onCall }, true)).ended
    expect(wires.transcript.filter((line) => !line.includes('__relata_plugin'))).toEqual([
      'child ready',
      'server run 1 action test null',
      'child need 1',
      'child call 1 1 mail.send null',
      'server answer 1 1 false {"code":"RL302","message":"No.","hint":"Add it."}',
      'child done 1 ok ["RL302","Add it."]',
      'server run 2 action test true',
      'child done 2 failed {"kind":"failed","error":{"name":"Error","message":"null","stack":""}}',
    ])
    wires.line.die('over')
  })

  test('a cancellation while the guest waits is acknowledged, and late answers of the host go nowhere', async () => {
    const wires = joined()
    const { promise, resolve } = Promise.withResolvers<{ ok: boolean; body: string; fatal: null }>()
    const { id, ended } = wires.line.run(attemptOf(guest(`await bridge.call('sleep')`), { onCall: () => promise }))
    await untilSaid(wires, 'child call 1 1 sleep null')
    wires.line.cancel(id)
    wires.line.cancel(id)
    resolve({ ok: true, body: 'null', fatal: null })
    expect(await ended).toMatchObject({ end: 'cancelled' })
    wires.line.cancel(id)
    await new Promise((wait) => setTimeout(wait, 20))
    expect(wires.transcript.slice(4)).toEqual([
      'child call 1 1 sleep null',
      'server cancel 1',
      'child done 1 failed {"kind":"cancelled"}',
    ])
    expect(wires.kills).toEqual([])
    wires.line.die('over')
  })

  test('a cancellation while guest code runs throws its isolate away; others in it are to be run again', async () => {
    const wires = joined()
    const code = guest(`if (input === 'loop') for (;;); return bridge.call('sleep')`)
    const waiting = wires.line.run(attemptOf(code, { onCall: () => new Promise(() => {}) }))
    await untilSaid(wires, 'child call 1 1 sleep null')
    const looping = wires.line.run(attemptOf(code, {}, 'loop'))
    await new Promise((wait) => setTimeout(wait, 50))
    wires.line.cancel(looping.id)
    expect(await waiting.ended).toMatchObject({ end: 'again' })
    expect(await looping.ended).toMatchObject({ end: 'cancelled' })
    expect(wires.kills).toEqual([])
    wires.line.die('over')
  })

  test('[15] an answer that is given twice, or was never asked for, settles nothing', async () => {
    const wires = joined()
    const { ended } = wires.line.run(
      attemptOf(guest(`return [await bridge.call('sleep'), await bridge.call('sleep')]`), {
        async onCall() {
          for (const call of [1, 2, 3, 99]) wires.server.send({ type: 'answer', id: 1, call, ok: true }, '"forged"')
          wires.server.send({ type: 'answer', id: 77, call: 1, ok: true }, '"forged"')
          await new Promise((wait) => setTimeout(wait, 10))
          return { ok: true, body: '"asked"', fatal: null }
        },
      }),
    )
    // The first that comes counts; the second call is answered once more, by number.
    expect(await ended).toMatchObject({ end: 'ok', body: '["forged","forged"]' })
    expect(wires.kills).toEqual([])
    wires.line.die('over')
  })

  test('what holds itself, and what cannot be said, is an error of the plugin', async () => {
    const wires = joined()
    const code = guest(`const own = {}; own.own = own; if (input) await bridge.call('sleep', own); return own`)
    for (const input of [true, false]) {
      const ended = await wires.line.run(attemptOf(code, {}, input)).ended
      expect(ended).toMatchObject({ end: 'failed', body: expect.stringContaining('circular') })
    }
    wires.line.die('over')
  })
})

// From here on the child is no child but an enemy.
interface Enemy {
  line: Line
  say(header: unknown, body?: string): void
  kills: string[]
  ended: Promise<AttemptEnd>[]
  asked: string[]
}
function enemy(runs = 1): Enemy {
  const kills: string[] = []
  const asked: string[] = []
  let say: Enemy['say'] = () => {}
  const wire: Wire = {
    send() {},
    listen(onFrame) {
      say = (header, body = '') => onFrame(header, body)
    },
    close() {},
  }
  const line = openLine(wire, TIMES, (reason, guilty) => {
    kills.push(reason)
    line.die(reason, guilty)
  })
  say({ type: 'ready' })
  const onCall = async (method: string) => {
    asked.push(method)
    return { ok: true, body: 'null', fatal: null }
  }
  const ended = Array.from({ length: runs }, () => line.run(attemptOf(guest(''), { onCall })).ended)
  return { line, say: (header, body) => say(header, body), kills, ended, asked }
}
const box = attemptOf(guest('')).message.box
const { hash } = attemptOf(guest('')).message
const done = { type: 'done', id: 1, box, result: 'ok', cpuMs: 1, heapBytes: 1 }
const call = { type: 'call', id: 1, box, call: 1, method: 'records.get' }

describe('[47] a child that does not keep to it is ended', () => {
  const breaches: [string, [unknown, string?][]][] = [
    ['it speaks of what it was not given', [[{ ...done, id: 2 }, '1']]],
    ['it speaks of the isolate of another tenant', [[{ ...done, box: `two/acme.test/${hash}` }, '1']]],
    ['it asks for the isolate of another tenant', [[{ ...call, box: 'two/acme.test/1' }, '1']]],
    [
      'it is done twice',
      [
        [done, '1'],
        [done, '1'],
      ],
    ],
    [
      'it asks after it was done',
      [
        [done, '1'],
        [call, '{}'],
      ],
    ],
    [
      'it writes to the log after it was done',
      [
        [done, '1'],
        [{ type: 'log', id: 1, level: 'info', atMs: 1 }, 'x'],
      ],
    ],
    [
      'it asks twice under one number',
      [
        [call, '{}'],
        [call, '{}'],
      ],
    ],
    ['it leaves out a number', [[{ ...call, call: 2 }, '{}']]],
    ['it asks for the code of another', [[{ type: 'need', id: 1, hash: 'a'.repeat(64) }]]],
    ['it asks for its code twice', [[{ type: 'need', id: 1, hash }], [{ type: 'need', id: 1, hash }]]],
    ['it asks by a name that is none', [[{ ...call, method: '__proto__' }, '{}']]],
    ['it answers with more than it may', [[done, `"${'x'.repeat(300_000)}"`]]],
    ['it asks with more than it may', [[call, `"${'x'.repeat(300_000)}"`]]],
    ['it asks more often than it may', Array.from({ length: 51 }, (_, i) => [{ ...call, call: i + 1 }, '{}'])],
    [
      'it writes more lines than it may',
      Array.from({ length: 52 }, () => [{ type: 'log', id: 1, level: 'info', atMs: 1 }, 'x']),
    ],
    ['it is ready twice', [[{ type: 'ready' }]]],
    ['it adds a member', [[{ ...done, more: 1 }, '1']]],
    ['it says nothing that makes sense', [[null], [1], ['text'], [[]], [{}]]],
    ['it counts backwards', [[{ ...done, cpuMs: -1 }, '1']]],
  ]
  test.for(breaches)('%s', async ([, frames]) => {
    const { say, kills, ended, asked } = enemy()
    for (const [header, body] of frames) say(header, body)
    expect(kills.length).toBe(1)
    expect((await Promise.all(ended)).every(({ end }) => end === 'died' || end === 'ok')).toBe(true)
    expect(asked.length).toBeLessThanOrEqual(50)
  })

  test('whatever it sends, the server does not fall, and the host is asked no more than allowed', () => {
    const anyHeader = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          type: fc.constantFrom(
            'ready',
            'beat',
            'isolates',
            'need',
            'call',
            'log',
            'done',
            'fatal',
            'run',
            '__proto__',
          ),
          id: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.double(), fc.string()),
          box: fc.constantFrom(box, '', 'two/acme.test/1'),
          call: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.double()),
          method: fc.oneof(fc.constantFrom('records.get', '__proto__'), fc.string()),
          hash: fc.constantFrom(hash, ''),
          level: fc.constantFrom('info', 'loud'),
          atMs: fc.double(),
          result: fc.constantFrom('ok', 'failed', 'again', 'fine'),
          cpuMs: fc.double({ min: -1 }),
          heapBytes: fc.nat(),
        },
        { requiredKeys: ['type'] },
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(anyHeader, fc.oneof(fc.string(), fc.json())), { maxLength: 20 }), (frames) => {
        const { say, kills, asked, line } = enemy(3)
        for (const [header, body] of frames) say(header, body)
        expect(asked.length).toBeLessThanOrEqual(150)
        // Once ended, it is not listened to.
        expect(kills.length).toBeLessThanOrEqual(1)
        if (kills.length > 0) expect(line.running()).toBe(0)
        line.die('over')
      }),
      { numRuns: process.env['RELATA_TEST_LONG'] ? 20_000 : 1_000 },
    )
  })

  test('bytes that are no frames are found out, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
        let frames = 0
        const read = readFrames(FROM_CHILD, () => frames++)
        try {
          for (const chunk of chunks) read(Buffer.from(chunk))
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
        expect(frames).toBeLessThanOrEqual(chunks.reduce((sum, { length }) => sum + length, 0) / 8)
      }),
      { numRuns: process.env['RELATA_TEST_LONG'] ? 20_000 : 1_000 },
    )
  })

  test('frames come through whole, however they are cut', () => {
    const frame = fc.tuple(fc.record({ type: fc.string(), id: fc.nat() }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.nat({ max: 300 }), { maxLength: 12 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(([header, body]) => encodeFrame(header, body)))
          const seen: unknown[] = []
          const read = readFrames(FROM_CHILD, (header, body) => seen.push([header, body]))
          let from = 0
          for (const cut of [...cuts, bytes.length]) {
            const to = Math.min(bytes.length, from + cut)
            if (to > from) read(bytes.subarray(from, to))
            from = to
          }
          // Lone halves of characters do not survive UTF-8, and are not asked to.
          expect(seen).toEqual(frames.map(([header, body]) => [header, body.toWellFormed()]))
        },
      ),
      { numRuns: 300 },
    )
  })
})
