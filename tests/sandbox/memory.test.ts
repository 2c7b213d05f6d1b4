// M: a plugin tries to take all of the memory. What isolated-vm calls a limit is a wish; what holds is that the process of
// a plugin is watched, and is not this one.
import { expect } from 'vitest'
import { type Abuse, abuseSuite } from './support/abuse.ts'
import { answerOf, invocation, GENEROUS, guest, openTestSandbox } from './support/guests.ts'
import { describe, test } from 'vitest'

const grows = (
  number: number,
  title: string,
  run: string,
  fails: Abuse['fails'] = ['limit', 'timeout', 'lost', 'failed'],
): Abuse => ({
  number,
  title,
  run,
  limits: { wallMs: 1_500, cpuMs: 1_500, sliceMs: 1_500 },
  fails,
})

abuseSuite('who tries to take all the memory', [
  grows(35, 'a list that grows', 'const list = []; for (;;) list.push({ n: list.length, text: "x" + list.length })'),
  grows(35, 'a map that grows', 'const map = new Map(); for (let i = 0; ; i++) map.set(i, { i })'),
  grows(35, 'a set that grows', 'const set = new Set(); for (let i = 0; ; i++) set.add("x" + i)'),
  grows(
    36,
    'a text that doubles, and is made flat',
    `
    let text = 'x'.repeat(1_000); const kept = []
    for (;;) { text += text; if (text.length > 2 ** 28) text = text.slice(1, 2 ** 20) + 'y'; kept.push(text, text.charCodeAt(text.length - 1), JSON.stringify(text)) }`,
  ),
  grows(36, 'a text spread into a list', `return [...'x'.repeat(5e8)].length`),
  grows(
    37,
    'a buffer that is made larger',
    `
    const kept = []; for (;;) { const buffer = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); buffer.resize(2 ** 30); new Uint8Array(buffer).fill(1); kept.push(buffer) }`,
  ),
  grows(38, 'memory of WebAssembly is not there', 'return new WebAssembly.Memory({ initial: 30_000 })', ['failed']),
  grows(39, 'a number that is squared again and again', 'let number = 3n; for (;;) number **= 2n'),
  grows(40, 'JSON that unpacks to much', `return JSON.parse('[' + '[],'.repeat(3e7) + '0]').length`),
  grows(41, 'a list of a thousand million', 'return Array.from({ length: 1e9 }).length'),
  grows(41, 'the same, filled', 'return new Array(1e8).fill(0).map((_, i) => ({ i })).length'),
])

describe('memory that a plugin keeps', () => {
  test('[42] what leaks from call to call is thrown away with its isolate, and no call fails of it', async () => {
    const sandbox = openTestSandbox()
    const code = guest(
      `kept.push(Array.from({ length: 20_000 }, (_, i) => ({ i, text: 'leak ' + i + name })))
       return kept.length`,
      'const kept = []',
    )
    const call = invocation(code, { limits: { ...GENEROUS, memoryMb: 32 } })
    const counts: number[] = []
    for (let i = 0; i < 60; i++) counts.push(Number(answerOf(await sandbox.invoke(call))))
    await sandbox.close()
    // It began anew several times.
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(2)
    expect(Math.max(...counts)).toBeLessThan(60)
  })
})
