// Gathers what plugins did, and writes it together once in a while: counts every second, lines of the log soon, so that
// whoever watches sees them as they come. A plugin that writes without end fills its own share and no more.
import type { Logger } from 'pino'
import { mapStack } from '../../../sdk/plugin/build/map-stack.ts'
import type { Database } from '../../run/database.ts'
import type { Failure, Outcome } from '../../sandbox/contract.ts'
import { plain } from '../../schema/difference.ts'
import type { PluginJournal, PluginRun } from './journal-contract.ts'
import { addUsage, forgetOldLines, insertLines, type Level, type NewLine, type Usage } from './journal-rows.ts'
import { readCode } from '../plugin-rows.ts'

/** Carries the schema of a tenant in whose log there are new lines. */
export const PLUGIN_LOG_CHANNEL = 'relata_plugin_log'

export interface OpenJournal extends PluginJournal {
  /** Told when there may be new lines of a tenant, written by whichever process. @returns stops it */
  watch(schema: string, onLines: () => void): () => void
  /** Everything so far is written. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface JournalOptions {
  database: Database
  log: Logger
}

const LINES_EVERY_MS = 150
const COUNTS_EVERY_MS = 1_000
const FORGET_EVERY_MS = 60 * 60 * 1000
/** Of one plugin. */
const LINES_A_MINUTE = 500
const MAX_MESSAGE = 4_000
const MAX_STACK = 16_000
const MAX_KEPT_MAPS = 20

export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const journal = new Journal(options)
  await journal.open()
  return journal
}

class Journal implements OpenJournal {
  private readonly database: Database
  private readonly log: Logger
  private lines = new Map<string, NewLine[]>()
  private counts = new Map<string, Map<string, Usage>>()
  private readonly written = new Map<string, { minute: number; count: number }>()
  private readonly watchers = new Map<string, Set<() => void>>()
  private readonly maps = new Map<string, Promise<string | null>>()
  private readonly forgottenAtMs = new Map<string, number>()
  private linesTimer: NodeJS.Timeout | undefined
  private countsTimer: NodeJS.Timeout | undefined
  private stopListening: () => Promise<void> = async () => undefined
  private underWay: Promise<void> = Promise.resolve()

  constructor({ database, log }: JournalOptions) {
    this.database = database
    this.log = log
  }

  async open(): Promise<void> {
    const everybody = () => {
      for (const set of this.watchers.values()) for (const tell of set) tell()
    }
    this.stopListening = await this.database.listen(
      PLUGIN_LOG_CHANNEL,
      (schema) => this.watchers.get(schema)?.forEach((tell) => void tell()),
      everybody,
    )
  }

  ran(run: PluginRun, outcome: Outcome): void {
    this.count(run, outcome)
    const endMs = Date.now()
    const beganMs = endMs - outcome.usage.wallMs
    for (const { level, message, atMs } of outcome.logs) this.line(run, level, message, { atMs: beganMs + atMs })
    if (!outcome.ok) this.failed(run, outcome.failure)
  }

  denied(run: PluginRun, key: string, message: string): void {
    this.line(run, 'warn', message.includes(`“${key}”`) ? message : `${message} (“${key}” was not granted)`)
  }

  private failed(run: PluginRun, failure: Failure): void {
    switch (failure.kind) {
      case 'failed': {
        const { name, message, stack } = failure.error
        return this.line(run, 'error', `${name}: ${message}`, { stack })
      }
      case 'limit':
        return this.line(run, 'error', `The limit ${failure.limit} was reached: ${failure.used} of ${failure.max}.`)
      case 'timeout':
        return this.line(run, 'error', `It was ended after ${Math.round(failure.afterMs)} ms.`)
      case 'lost':
        return this.line(run, 'error', `The process that ran it is gone: ${failure.reason}.`)
      case 'refused':
        return this.line(run, 'debug', `Refused: ${plain(failure.message)}`)
      case 'paused':
      case 'cancelled':
        return undefined
    }
  }

  private count(run: PluginRun, { usage, ...outcome }: Outcome): void {
    const failure = outcome.ok ? undefined : outcome.failure.kind
    if (failure === 'paused' || failure === 'cancelled') return
    const { plugin, kind, entry, tenant } = run
    const hour = `${new Date().toISOString().slice(0, 13)}:00:00Z`
    const ofTenant = this.counts.get(tenant.schema) ?? new Map<string, Usage>()
    this.counts.set(tenant.schema, ofTenant)
    const key = JSON.stringify([plugin.name, hour, kind, entry])
    const known = ofTenant.get(key)
    const isLimit = failure === 'limit' || failure === 'timeout'
    ofTenant.set(key, {
      ...{ plugin: plugin.name, hour, kind, entry },
      calls: (known?.calls ?? 0) + 1,
      failures: (known?.failures ?? 0) + (failure === 'failed' || failure === 'lost' ? 1 : 0),
      refusals: (known?.refusals ?? 0) + (failure === 'refused' ? 1 : 0),
      limits: (known?.limits ?? 0) + (isLimit ? 1 : 0),
      wall_ms: (known?.wall_ms ?? 0) + usage.wallMs,
      cpu_ms: (known?.cpu_ms ?? 0) + usage.cpuMs,
      slowest_ms: Math.max(known?.slowest_ms ?? 0, usage.wallMs),
      host_calls: (known?.host_calls ?? 0) + usage.hostCalls,
    })
    this.countsTimer ??= setTimeout(() => void this.flush(), COUNTS_EVERY_MS).unref()
  }

  private line(
    { tenant: { schema }, plugin, kind, entry, actor }: PluginRun,
    level: Level,
    message: string,
    { stack = null, atMs = Date.now() }: { stack?: string | null; atMs?: number } = {},
  ): void {
    const minute = Math.floor(Date.now() / 60_000)
    const key = `${schema} ${plugin.name}`
    const share = this.written.get(key)
    const count = share?.minute === minute ? share.count + 1 : 1
    this.written.set(key, { minute, count })
    if (count > LINES_A_MINUTE) return
    const text = count === LINES_A_MINUTE ? 'More lines of this minute are left out.' : message
    const list = this.lines.get(schema) ?? []
    this.lines.set(schema, list)
    list.push({
      plugin: plugin.name,
      version: plugin.version,
      at: new Date(atMs).toISOString(),
      level: count === LINES_A_MINUTE ? 'warn' : level,
      ...{ kind, entry, actor },
      message: storable(text, MAX_MESSAGE),
      // The hash goes along until the map is read.
      stack: stack === null ? null : `${plugin.hash}\n${stack}`,
    })
    this.linesTimer ??= setTimeout(() => void this.writeLines(), LINES_EVERY_MS).unref()
  }

  watch(schema: string, onLines: () => void): () => void {
    const set = this.watchers.get(schema) ?? new Set()
    this.watchers.set(schema, set.add(onLines))
    return () => {
      set.delete(onLines)
      if (set.size === 0) this.watchers.delete(schema)
    }
  }

  async flush(): Promise<void> {
    clearTimeout(this.countsTimer)
    this.countsTimer = undefined
    const counts = this.counts
    this.counts = new Map()
    for (const [schema, ofTenant] of counts)
      await this.attempt(schema, () => addUsage(this.database, schema, [...ofTenant.values()]))
    await this.writeLines()
  }

  private writeLines(): Promise<void> {
    clearTimeout(this.linesTimer)
    this.linesTimer = undefined
    const lines = this.lines
    this.lines = new Map()
    // One after the other, so that lines keep their order.
    this.underWay = this.underWay.then(async () => {
      for (const [schema, list] of lines) await this.attempt(schema, () => this.write(schema, list))
    })
    return this.underWay
  }

  private async write(schema: string, list: readonly NewLine[]): Promise<void> {
    const mapped: NewLine[] = []
    for (const line of list) mapped.push({ ...line, stack: line.stack && (await this.mapped(schema, line)) })
    await insertLines(this.database, schema, mapped)
    await this.database.notify(PLUGIN_LOG_CHANNEL, schema)
    const nowMs = performance.now()
    if (nowMs < (this.forgottenAtMs.get(schema) ?? 0)) return
    this.forgottenAtMs.set(schema, nowMs + FORGET_EVERY_MS)
    await forgetOldLines(this.database, schema)
  }

  private async mapped(schema: string, { plugin, stack }: NewLine): Promise<string> {
    const [hash = '', ...lines] = (stack ?? '').split('\n')
    const map = await this.mapOf(schema, plugin, hash)
    const text = lines.join('\n')
    return storable(map === null ? text : mapStack(text, map), MAX_STACK)
  }

  /** null: another version has taken its place, or it has none. */
  private mapOf(schema: string, plugin: string, hash: string): Promise<string | null> {
    const key = `${schema} ${plugin} ${hash}`
    const known = this.maps.get(key)
    if (known) return known
    const found = readCode(this.database, schema, plugin)
      .then((code) => (code?.hash === hash ? code.sourceMap : null))
      .catch(() => null)
    this.maps.set(key, found)
    const [oldest] = this.maps.keys()
    if (this.maps.size > MAX_KEPT_MAPS && oldest !== undefined) this.maps.delete(oldest)
    return found
  }

  /** A journal that cannot be written stops nobody. */
  private async attempt(schema: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.log.debug({ err: error, schema }, 'could not write the log of plugins'))
  }

  async close(): Promise<void> {
    await this.flush()
    await this.stopListening()
  }
}

/** PostgreSQL keeps no U+0000, and no half of a surrogate pair. */
const storable = (text: string, max: number): string => text.slice(0, max).replaceAll('\u0000', '\ufffd').toWellFormed()
