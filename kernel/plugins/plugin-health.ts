// What plugins have broken, kept for all processes of an installation: a sandbox tells of it here, every other one hears
// of it, and one that starts anew knows it. Nothing is asked of it while plugins run.
import type { Logger } from 'pino'
import { runSql } from '../auth/system-table.ts'
import type { Database } from '../run/database.ts'
import type { Sandbox, Violation } from '../sandbox/contract.ts'
import { ident, param, type Sql, sql } from '../sql/sql.ts'
import { INSTALLATION_SCHEMA } from '../tenants/registry.ts'

/** Carries schema and name of a plugin of which there is news. */
export const PLUGIN_HEALTH_CHANNEL = 'relata_plugin_health'

export interface PluginHealthBook {
  /** A limit was broken in this process. */
  told(schema: string, plugin: string, violation: Violation): void
  /** An administrator has looked at it, or it is another version: everywhere it runs again. */
  resume(schema: string, plugin: string): Promise<void>
  /** The sandbox of this process knows of the plugins of a tenant what all others know. */
  read(schema: string): Promise<void>
  close(): Promise<void>
}

export interface HealthOptions {
  database: Database
  sandbox: Pick<Sandbox, 'recall'>
  log: Logger
}

/** Should a word not have come. */
const READ_EVERY_MS = 30_000
/** Pauses grow no longer by what is older; what brought a process down stays until somebody has looked at it. */
const KEPT_DAYS = 30
const TABLE: Sql = ident(INSTALLATION_SCHEMA, 'plugin_violations')

interface Unsaved {
  schema: string
  plugin: string
  violation: Violation
}

export async function openPluginHealth({ database, sandbox, log }: HealthOptions): Promise<PluginHealthBook> {
  const unsaved = new Set<Unsaved>()
  /** Of which something is known here: `schema plugin`. */
  const known = new Set<string>()
  const failed = (err: unknown): void => log.warn({ err }, 'could not keep what plugins have broken')

  /** @param which a condition on the rows @param mine of the keys that are known here those that it is about */
  const readWhere = async (which: Sql, mine: (key: string) => boolean): Promise<void> => {
    const rows = await runSql(
      database,
      sql`SELECT schema, plugin, at_ms, is_kill FROM ${TABLE} WHERE ${which} ORDER BY id`,
    )
    const found = new Map<string, Violation[]>([...known].filter(mine).map((key) => [key, []]))
    const add = (key: string, violation: Violation): void => {
      found.set(key, [...(found.get(key) ?? []), violation])
    }
    for (const [schema, plugin, atMs, isKill] of rows)
      add(`${schema} ${plugin}`, { atMs: Number(atMs), isKill: isKill === 't' })
    // What is on its way there counts here already.
    for (const { schema, plugin, violation } of unsaved) {
      const key = `${schema} ${plugin}`
      const isThere = found.get(key)?.some(({ atMs }) => atMs === violation.atMs)
      if (mine(key) && !isThere) add(key, violation)
    }
    for (const [key, violations] of found) {
      const [schema = '', plugin = ''] = key.split(' ')
      if (violations.length === 0) known.delete(key)
      else known.add(key)
      sandbox.recall(schema, plugin, violations)
    }
  }
  const readAll = (): Promise<void> => readWhere(sql`true`, () => true)
  const readOne = (schema: string, plugin: string): Promise<void> =>
    readWhere(isOf(schema, plugin), (key) => key === `${schema} ${plugin}`)
  const tell = (schema: string, plugin: string) => database.notify(PLUGIN_HEALTH_CHANNEL, `${schema} ${plugin}`)

  const save = async (one: Unsaved): Promise<void> => {
    const { schema, plugin, violation } = one
    await runSql(
      database,
      sql`INSERT INTO ${TABLE} (schema, plugin, at_ms, is_kill) VALUES (${param(schema, 'text')}, ${param(plugin, 'text')}, ${param(String(violation.atMs), 'int8')}, ${param(String(violation.isKill), 'bool')})`,
    )
    unsaved.delete(one)
    await tell(schema, plugin)
  }
  const forgetOld = () =>
    runSql(
      database,
      sql`DELETE FROM ${TABLE} WHERE NOT is_kill AND at_ms < extract(epoch FROM now() - ${param(String(KEPT_DAYS), 'int4')} * interval '1 day') * 1000`,
    )

  const stopListening = await database.listen(
    PLUGIN_HEALTH_CHANNEL,
    (payload) => {
      const [schema = '', plugin = ''] = payload.split(' ')
      readOne(schema, plugin).catch(failed)
    },
    () => void readAll().catch(failed),
  )
  await forgetOld()
  await readAll()
  const timer = setInterval(() => {
    void Promise.all([...unsaved].map(save))
      .then(readAll)
      .catch(failed)
  }, READ_EVERY_MS).unref()

  return {
    told(schema, plugin, violation) {
      // What is only looked at or tried is nobody else's business.
      if (plugin.includes('~')) return
      const one = { schema, plugin, violation }
      known.add(`${schema} ${plugin}`)
      unsaved.add(one)
      save(one).catch(failed)
    },
    async resume(schema, plugin) {
      for (const one of unsaved) if (one.schema === schema && one.plugin === plugin) unsaved.delete(one)
      await runSql(database, sql`DELETE FROM ${TABLE} WHERE ${isOf(schema, plugin)}`)
      known.add(`${schema} ${plugin}`)
      await readOne(schema, plugin)
      await tell(schema, plugin)
    },
    read: (schema) => readWhere(sql`schema = ${param(schema, 'text')}`, (key) => key.startsWith(`${schema} `)),
    async close() {
      clearInterval(timer)
      await stopListening()
    },
  }
}

const isOf = (schema: string, plugin: string): Sql =>
  sql`schema = ${param(schema, 'text')} AND plugin = ${param(plugin, 'text')}`
