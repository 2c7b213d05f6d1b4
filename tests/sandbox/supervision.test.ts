// What the supervisor promises: a process that dies costs its plugin that call and nobody else anything; plugins that do
// harm are paused, set apart and stopped; nobody takes all the places.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Invocation } from '../../kernel/sandbox/contract.ts'
import type { OpenSandbox, SandboxOptions } from '../../kernel/sandbox/index.ts'
import { answerOf, failureOf, guest, invocation, openTestSandbox, TIGHT } from './support/guests.ts'

const opened: OpenSandbox[] = []
function open(options: SandboxOptions = {}): OpenSandbox {
  const sandbox = openTestSandbox({ children: 1, ...options })
  opened.push(sandbox)
  return sandbox
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))
})

const ABORTS = `Array.prototype.sort.call({ length: Infinity })`
const pidOf = async (sandbox: OpenSandbox): Promise<number> => {
  const busy = (await sandbox.report()).children.find(({ running }) => running > 0)
  if (!busy) throw new Error('No child is at work.')
  return busy.pid
}
/** A host whose first answer waits until it is let go. */
function heldHost(): { host: Invocation['host']; asked: string[]; isAsked: Promise<void>; letGo(): void } {
  const asked: string[] = []
  const isAsked = Promise.withResolvers<void>()
  const isFree = Promise.withResolvers<void>()
  return {
    asked,
    isAsked: isAsked.promise,
    letGo: isFree.resolve,
    async host(method, args) {
      asked.push(`${method} ${JSON.stringify(args)}`)
      const number = asked.length
      isAsked.resolve()
      if (number > 1) await isFree.promise
      return { ok: true, value: { number } }
    },
  }
}
const WRITES = guest(`
  const made = await bridge.call('records.create', { key: Math.random(), at: Date.now() })
  bridge.log('info', 'made one')
  const [second, third] = await Promise.all([bridge.call('mail.send', { made }), bridge.call('records.update', { made })])
  bridge.log('info', 'told them')
  return [made, second, third]`)

describe('a process that dies', () => {
  test('costs nobody else anything: what was under way goes on elsewhere, and nothing happens twice', async () => {
    const sandbox = open()
    const held = Array.from({ length: 5 }, heldHost)
    const ends = held.map(({ host }) => sandbox.invoke(invocation(WRITES, { host })))
    await Promise.all(held.map(({ isAsked }) => isAsked))
    while (held.some(({ asked }) => asked.length < 3)) await delay(5)
    process.kill(await pidOf(sandbox), 'SIGKILL')
    await delay(50)
    for (const { letGo } of held) letGo()
    for (const [index, outcome] of (await Promise.all(ends)).entries()) {
      expect(answerOf(outcome)).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }])
      expect(outcome.logs.map(({ message }) => message)).toEqual(['made one', 'told them'])
      expect(held[index]?.asked.map((one) => one.split(' ')[0])).toEqual([
        'records.create',
        'mail.send',
        'records.update',
      ])
    }
  })

  test('is found out when it says nothing, and what it had is done elsewhere', async () => {
    const sandbox = open({ times: { silentMs: 600 } })
    const { host, isAsked, letGo, asked } = heldHost()
    const end = sandbox.invoke(invocation(WRITES, { host }))
    await isAsked
    const pid = await pidOf(sandbox)
    process.kill(pid, 'SIGSTOP')
    while ((await sandbox.report()).children.some((child) => child.pid === pid)) await delay(20)
    letGo()
    expect(answerOf(await end)).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }])
    expect(asked.length).toBe(3)
  })

  test('is that of whoever brought it down, found out by trying each alone', async () => {
    const sandbox = open()
    const works = guest('let n = 0; for (let i = 0; i < 3e7; i++) n += i % 3; return "worked"')
    const bad = invocation(guest(ABORTS))
    const good = Array.from({ length: 4 }, () => invocation(works))
    const outcomes = await Promise.all([...good, bad, ...good.slice(0, 2)].map((one) => sandbox.invoke(one)))
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.failure.kind))).toEqual([
      ...Array(4).fill('worked'),
      'lost',
      ...Array(2).fill('worked'),
    ])
    expect(sandbox.health(bad.code.tenant, bad.code.plugin)).toMatchObject({ isQuarantined: true, violations: 1 })
    for (const { code } of good)
      expect(sandbox.health(code.tenant, code.plugin)).toMatchObject({ isQuarantined: false, violations: 0 })
  })

  test('a plugin that brings down three is stopped until somebody has looked at it', async () => {
    const sandbox = open()
    const { code } = invocation(guest(ABORTS))
    const bad = { ...invocation(''), code }
    for (let i = 0; i < 3; i++) expect(failureOf(await sandbox.invoke(bad))?.kind).toBe('lost')
    expect(failureOf(await sandbox.invoke(bad))).toEqual({ kind: 'paused', untilMs: null })
    expect(sandbox.health(code.tenant, code.plugin)).toMatchObject({ state: 'suspended', untilMs: null })
    sandbox.resume(code.tenant, code.plugin)
    expect(answerOf(await sandbox.invoke({ ...bad, entry: { kind: 'job', name: 'good' } }))).toEqual({ good: null })
    expect(sandbox.health(code.tenant, code.plugin)).toMatchObject({ state: 'fine', isQuarantined: false })
  })

  test('runs no more once the server is gone, however that went', async () => {
    const script = `
      const { openSandbox } = await import(${JSON.stringify(path.resolve('kernel/sandbox/index.ts'))})
      const { createHash } = await import('node:crypto')
      const code = ${JSON.stringify(guest('for (;;);'))}
      const sandbox = openSandbox({ children: 1 })
      const limits = { wallMs: 60000, cpuMs: 60000, sliceMs: 60000, memoryMb: 32, hostCalls: 1, pendingCalls: 1, logLines: 1, logBytes: 1, payloadBytes: 100 }
      sandbox.invoke({ code: { tenant: 'one', plugin: 'a.b', version: '1.0.0', hash: createHash('sha256').update(code).digest('hex'), load: async () => code },
        entry: { kind: 'job', name: 'x' }, input: null, now: new Date().toISOString(), limits, host: async () => ({ ok: true, value: 1 }) })
      let said = false
      setInterval(async () => {
        const busy = (await sandbox.report()).children.find(({ running }) => running > 0)
        if (busy && !said) { said = true; console.log(busy.pid) }
      }, 20)`
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(
      await new Promise<string>((resolve) => server.stdout.once('data', (data) => resolve(String(data)))),
    )
    await delay(150)
    server.kill('SIGKILL')
    const isThere = (): boolean => {
      try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    }
    while (isThere()) await delay(20)
  })
})

describe('a plugin that breaks its limits', () => {
  test('is paused after some times, longer each time; errors of its own do not count', async () => {
    const sandbox = open({ violations: 2, times: { pauseMs: 300 } })
    const { code } = invocation(
      guest(`if (name === 'over') for (let i = 0; ; i++) await bridge.call('sleep'); throw new Error('own')`),
    )
    const one = { ...invocation('', { limits: { ...TIGHT, wallMs: 12_000, cpuMs: 6_000, sliceMs: 3_000 } }), code }
    const run = async (name: string) => failureOf(await sandbox.invoke({ ...one, entry: { kind: 'job', name } }))?.kind
    for (let i = 0; i < 4; i++) expect(await run('own')).toBe('failed')
    expect([await run('over'), await run('over'), await run('over')]).toEqual(['limit', 'limit', 'paused'])
    const first = sandbox.health(code.tenant, code.plugin)
    expect(first.state).toBe('paused')
    await delay((first.untilMs ?? 0) - Date.now() + 20)
    expect([await run('over'), await run('over'), await run('over')]).toEqual(['limit', 'limit', 'paused'])
    const second = sandbox.health(code.tenant, code.plugin)
    expect((second.untilMs ?? 0) - Date.now()).toBeGreaterThan(300)
    sandbox.resume(code.tenant, code.plugin)
    expect(await run('own')).toBe('failed')
  })

  test('a host that is slow is no fault of the plugin', async () => {
    const sandbox = open({ violations: 1 })
    const one = invocation(guest(`await bridge.call('sleep')`), { limits: TIGHT, host: () => new Promise(() => {}) })
    expect(failureOf(await sandbox.invoke(one))?.kind).toBe('timeout')
    expect(sandbox.health(one.code.tenant, one.code.plugin)).toMatchObject({ state: 'fine', violations: 0 })
  })
})

describe('places', () => {
  test('a tenant has so many, others have their own, and what an invocation causes does not wait for its place', async () => {
    const sandbox = open({ tenantCalls: 2, tenantWaiting: 3 })
    let inside = 0
    let most = 0
    const slow = guest(`return bridge.call('sleep')`)
    const host: Invocation['host'] = async () => {
      most = Math.max(most, ++inside)
      await delay(30)
      // As a save does that a plugin makes and other hooks see.
      const inner = await sandbox.invoke(invocation(guest('return "inner"'), { tenant: 'one' }))
      inside -= 1
      return { ok: true, value: answerOf(inner) }
    }
    const all = Array.from({ length: 6 }, () => sandbox.invoke(invocation(slow, { tenant: 'one', host })))
    const other = sandbox.invoke(invocation(guest('return 1'), { tenant: 'two' }))
    const outcomes = await Promise.all(all)
    expect(most).toBe(2)
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.failure.kind))).toEqual([
      ...Array(5).fill('inner'),
      'limit',
    ])
    expect(answerOf(await other)).toBe(1)
  })

  test('of saves are others than those of jobs and actions, which may take them for long', async () => {
    const sandbox = open({ tenantCalls: 1 })
    const stop = new AbortController()
    const { host, isAsked } = heldHost()
    const job = guest(`await bridge.call('sleep')`)
    const slow = sandbox.invoke(invocation(job, { tenant: 'one', host, signal: stop.signal }))
    await isAsked
    const save = invocation(guest('return "saved"'), { tenant: 'one', entry: { kind: 'before', name: 'save' } })
    expect(answerOf(await sandbox.invoke(save))).toBe('saved')
    stop.abort()
    await slow
  })
})

describe('calling off', () => {
  test('before it begins, while it waits in line, for its host, or loops', async () => {
    const sandbox = open({ tenantCalls: 1 })
    const begun = invocation(guest('return 1'), { signal: AbortSignal.abort() })
    expect(failureOf(await sandbox.invoke(begun))).toEqual({ kind: 'cancelled' })

    const stop = new AbortController()
    const { host, isAsked } = heldHost()
    const waits = guest(`await bridge.call('sleep'); await bridge.call('sleep')`)
    const first = sandbox.invoke(invocation(waits, { tenant: 'one', host, signal: stop.signal }))
    const inLine = sandbox.invoke(invocation(guest('return 1'), { tenant: 'one', signal: stop.signal }))
    const stays = sandbox.invoke(invocation(guest('return 1'), { tenant: 'one' }))
    await isAsked
    stop.abort()
    expect(failureOf(await first)).toEqual({ kind: 'cancelled' })
    expect(failureOf(await inLine)).toEqual({ kind: 'cancelled' })
    expect(answerOf(await stays)).toBe(1)

    const loops = sandbox.invoke(invocation(guest('for (;;);'), { signal: AbortSignal.timeout(200) }))
    expect(failureOf(await loops)).toEqual({ kind: 'cancelled' })
  })

  test('of all of a plugin when it is retired, of everything when the sandbox closes', async () => {
    const sandbox = open()
    const code = guest(
      `if (name === 'count') return (globalThis.count = (globalThis.count ?? 0) + 1); await bridge.call('sleep')`,
    )
    const one = invocation(code, { host: () => new Promise(() => {}) })
    const count = { ...one, entry: { kind: 'job' as const, name: 'count' } }
    expect([answerOf(await sandbox.invoke(count)), answerOf(await sandbox.invoke(count))]).toEqual([1, 2])
    const waiting = sandbox.invoke(one)
    await delay(30)
    sandbox.retire(one.code.tenant, one.code.plugin)
    expect(failureOf(await waiting)).toEqual({ kind: 'cancelled' })
    expect(answerOf(await sandbox.invoke(count))).toBe(1)

    const last = sandbox.invoke(one)
    await delay(30)
    await sandbox.close()
    expect(failureOf(await last)).toEqual({ kind: 'cancelled' })
    expect(failureOf(await sandbox.invoke(one))).toEqual({ kind: 'cancelled' })
  })
})

describe.runIf(process.platform === 'linux')('what a child has', () => {
  test('no environment, no files but the channel, no privileges, no network, as far as the system allows', async () => {
    const sandbox = open()
    const { host, isAsked, letGo } = heldHost()
    const end = sandbox.invoke(invocation(guest(`await bridge.call('sleep'); await bridge.call('sleep')`), { host }))
    await isAsked
    const pid = await pidOf(sandbox)
    const report = await sandbox.report()
    const of = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')
    const own = (file: string): string => readFileSync(`/proc/self/${file}`, 'utf8')

    expect(of('environ')).toBe('')
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/')
    expect(of('status').includes('NoNewPrivs:\t1')).toBe(report.isWithoutNewPrivileges)
    if (report.user === 'nobody') expect(of('status')).toMatch(/Uid:\t65534\t65534\t65534\t65534/)
    if (report.user === 'nobody') expect(of('status')).toMatch(/CapBnd:\t0+\n/)
    if (report.isLimited) expect(of('limits')).toMatch(/Max core file size +0 +0/)
    const network = readlinkSync(`/proc/${pid}/ns/net`)
    expect(network !== readlinkSync('/proc/self/ns/net')).toBe(report.isWithoutNetwork)
    expect(of('oom_score_adj').trim()).toBe('1000')
    // Sockets: stdout, stderr and the channel; none to a database, none to people.
    const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    expect(files.filter((file) => file.startsWith('socket:')).length).toBe(3)
    expect(new Set(files.filter((file) => file.startsWith('/')))).toEqual(new Set(['/dev/null']))
    expect(own('environ')).not.toBe('')
    letGo()
    await end
  })
})
