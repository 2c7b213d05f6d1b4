// The sandbox as the API has it: a call into a guest in another process and back. Beside it the same children echo bare
// messages, the same code runs in Node, the same bystander works while nobody loops; in turns, so that both meet the
// same machine.
import { readFileSync } from 'node:fs'
import { besidePlugin } from './support/beside-plugin.ts'
import { startEcho } from './support/sandbox-echo.ts'
import { openSandbox } from '../../kernel/sandbox/index.ts'
import type { Limits, Outcome } from '../../kernel/sandbox/contract.ts'
import { GENEROUS, guest, invocation } from '../sandbox/support/guests.ts'
import { type Bench, median, type Row, rounded } from './support/results.ts'

const ROUNDS = 9
const LIMITS: Limits = { ...GENEROUS, wallMs: 60_000, cpuMs: 60_000, sliceMs: 60_000 }
/** About 1 KB, as a record is. */
const RECORD = {
  name: 'Opportunity',
  lines: Array.from({ length: 12 }, (_, i) => ({
    product: `Product ${i}`,
    quantity: i + 1,
    price: '12.50',
    note: 'as agreed',
  })),
}
const HOOK = guest(
  `let total = 0; for (const line of input.lines) total += line.quantity * Number(line.price); return { set: { total: String(total) } }`,
)
const WORK = `
  let found = 0
  for (let n = 2; n < 60000; n++) { let isPrime = true; for (let d = 2; d * d <= n; d++) if (n % d === 0) { isPrime = false; break } if (isPrime) found++ }
  const words = new Map(); const list = []
  for (let i = 0; i < 200000; i++) { const word = 'word' + (i % 997); words.set(word, (words.get(word) ?? 0) + 1); list.push({ word, i }) }
  const sum = list.filter((one) => one.i % 3 === 0).map((one) => one.i * 2).reduce((a, b) => a + b, 0)
  return found + sum + words.size`

export const bench: Bench = async (say) => [
  ...(await calls(say)),
  ...(await guestCpu(say)),
  ...(await fiveHundred(say)),
  ...(await recovery(say)),
  ...(await bystander(say)),
  ...(await besidePlugin(say)),
]

async function calls(say: (line: string) => void): Promise<Row[]> {
  const sandbox = openSandbox({ children: 1, tenantCalls: 64 })
  const echo = await startEcho()
  const hook = invocation(HOOK, { limits: LIMITS, input: RECORD })
  const text = JSON.stringify(RECORD)
  try {
    const found = { sequential: [] as number[], echo: [] as number[], many: [] as number[] }
    for (let round = -2; round < ROUNDS; round++) {
      const sequential = await eachUs(400, () => run(sandbox.invoke(hook)))
      const bare = await eachUs(400, () => echo.ask(text))
      const many = await manyUs(1_600, 32, () => run(sandbox.invoke(hook)))
      // The first rounds warm up.
      if (round < 0) continue
      found.sequential.push(percentile(sequential, 0.5))
      found.echo.push(percentile(bare, 0.5))
      found.many.push(many)
    }
    const ratio = median(found.sequential.map((us, i) => us / (found.echo[i] ?? us)))
    const perCall = median(found.many.map((us, i) => us / (found.sequential[i] ?? us)))
    say(
      `sequential ${rounded(median(found.sequential), 0)} µs, echo ${rounded(median(found.echo), 0)} µs, 32 in flight ${rounded(median(found.many), 0)} µs`,
    )
    return [
      { what: 'sequential', value: rounded(ratio), unit: 'ratio', goal: '<= 2' },
      { what: '32 in flight', value: rounded(perCall), unit: 'ratio', goal: '<= 0.5' },
      { what: 'sequential, p50', value: rounded(median(found.sequential), 0), unit: 'µs', goal: null },
      { what: 'bare echo of a child, p50', value: rounded(median(found.echo), 0), unit: 'µs', goal: null },
      { what: '32 in flight, each', value: rounded(median(found.many), 0), unit: 'µs', goal: null },
    ]
  } finally {
    echo.stop()
    await sandbox.close()
  }
}

async function guestCpu(say: (line: string) => void): Promise<Row[]> {
  const sandbox = openSandbox({ children: 1 })
  const work = invocation(guest('return work()', `function work() {${WORK}}`), { limits: { ...LIMITS, memoryMb: 128 } })
  // The same text, as Node has it.
  const plain = new Function(WORK) as () => number
  const ratios: number[] = []
  try {
    for (let round = -2; round < ROUNDS; round++) {
      const outcome = await sandbox.invoke(work)
      run(Promise.resolve(outcome))
      const cpu = process.cpuUsage()
      plain()
      const { user, system } = process.cpuUsage(cpu)
      if (round >= 0) ratios.push(outcome.usage.cpuMs / ((user + system) / 1_000))
    }
    say(`guest CPU ${rounded(median(ratios))} of plain Node`)
    return [{ what: 'guest CPU', value: rounded(median(ratios)), unit: 'ratio', goal: '<= 1.1' }]
  } finally {
    await sandbox.close()
  }
}

async function fiveHundred(say: (line: string) => void): Promise<Row[]> {
  const sandbox = openSandbox()
  // As large as plugins are: 45 KB of code that is there and not all used.
  const filler = Array.from(
    { length: 450 },
    (_, i) => `function part${i}(a, b) { return a === ${i} ? b * ${i} : a + b + ${i} } // ${'-'.repeat(30)}`,
  )
  const code = guest('return part7(input, 2)', filler.join('\n'))
  try {
    const many = Array.from({ length: 500 }, (_, i) =>
      invocation(code, { tenant: `tenant_${i % 100}`, plugin: `acme.number${i}`, limits: LIMITS, input: 7 }),
    )
    for (let round = 0; round < 3; round++) for (const one of many) await run(sandbox.invoke(one))
    const { children } = await sandbox.report()
    const mb = children.reduce((sum, { pid }) => sum + pssMb(pid), 0)
    say(`500 isolates take ${Math.round(mb)} MB`)
    return [{ what: '500 isolates', value: rounded(mb / 1_024), unit: 'GB', goal: '<= 1' }]
  } finally {
    await sandbox.close()
  }
}

/** From the moment that a guest should have ended until its plugin has answered again. */
async function recovery(say: (line: string) => void): Promise<Row[]> {
  const deadlineMs = 300
  const late: number[] = []
  for (let round = 0; round < 5; round++) {
    const sandbox = openSandbox({ children: 1 })
    const wedge = invocation(guest(`if (name === 'wedge') return (2n ** 30_000_000n).toString().length`), {
      limits: { ...GENEROUS, wallMs: deadlineMs, cpuMs: deadlineMs, sliceMs: deadlineMs },
    })
    const good = { ...wedge, entry: { kind: 'job' as const, name: 'good' }, limits: LIMITS }
    await run(sandbox.invoke(good))
    // The spare stands ready, as it does some moments after a start.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const startedMs = performance.now()
    await sandbox.invoke({ ...wedge, entry: { kind: 'job', name: 'wedge' } })
    await run(sandbox.invoke(good))
    late.push(performance.now() - startedMs - deadlineMs)
    await sandbox.close()
  }
  say(`killed and recovered ${Math.round(median(late))} ms after the deadline`)
  return [{ what: 'killed to recovered', value: rounded(median(late) / 1_000), unit: 's past deadline', goal: '<= 1' }]
}

async function bystander(say: (line: string) => void): Promise<Row[]> {
  const sandbox = openSandbox({ violations: 1_000_000 })
  const hook = invocation(HOOK, { tenant: 'bystander', limits: LIMITS, input: RECORD })
  const loop = invocation(guest('for (;;);'), { tenant: 'looping', limits: { ...LIMITS, wallMs: 250, sliceMs: 250 } })
  const ratios: number[] = []
  const p99 = async (): Promise<number> => percentile(await eachUs(2_000, () => run(sandbox.invoke(hook))), 0.99)
  try {
    for (let round = -1; round < ROUNDS; round++) {
      const idle = await p99()
      let isOver = false
      const looping = (async () => {
        while (!isOver) await sandbox.invoke(loop)
      })()
      await new Promise((resolve) => setTimeout(resolve, 100))
      const beside = await p99()
      isOver = true
      await looping
      if (round >= 0) ratios.push(beside / idle)
    }
    say(`p99 beside a loop ${rounded(median(ratios))} of idle`)
    return [{ what: 'bystander p99', value: rounded(median(ratios)), unit: 'ratio', goal: '<= 2' }]
  } finally {
    await sandbox.close()
  }
}

async function run(ending: Promise<Outcome>): Promise<void> {
  const outcome = await ending
  if (!outcome.ok) throw new Error(`A call of the bench failed: ${JSON.stringify(outcome.failure)}`)
}
async function eachUs(count: number, call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now()
    await call()
    times.push((performance.now() - startedMs) * 1_000)
  }
  return times
}
async function manyUs(count: number, lanes: number, call: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  let left = count
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (left-- > 0) await call()
    }),
  )
  return ((performance.now() - startedMs) * 1_000) / count
}
const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** Memory that would be free without the process; what it shares with others is divided. */
function pssMb(pid: number): number {
  const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return Number(line?.[1] ?? 0) / 1_024
}
