// A database of its own for each test file: a clone of a template, which the first file that needs it makes. Cloning
// copies files inside PostgreSQL, so it costs far less than publishing the same metadata again.
import { createHash, randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'
import { socketHost, withDatabase } from '../../kernel/platform/postgres-url.ts'

export interface Template {
  /** Lower-case words; names the template within one run. */
  name: string
  /** Fills an empty database, and closes every connection to it: PostgreSQL does not clone a database in use. */
  build(url: string): Promise<void>
}

export interface TestDatabase {
  name: string
  /** As the application's role, which owns it and is not a superuser. */
  url: string
  drop(): Promise<void>
}

/**
 * Call at the top of a test file, or inside a `describe`; dropped after its last test.
 * @param template without one the database is empty
 */
export async function createTestDatabase(template?: Template): Promise<TestDatabase> {
  const superuserUrl = inject('superuserUrl')
  const sql = postgres(superuserUrl, { ...socketHost(superuserUrl), max: 1, onnotice: () => undefined })
  const name = `test_${randomBytes(6).toString('hex')}`
  const drop = async (): Promise<void> => {
    await sql.unsafe(`drop database if exists "${name}" with (force)`)
    await sql.end({ timeout: 5 })
  }
  try {
    await clone(sql, name, template ? await makeTemplate(sql, template) : 'template0')
  } catch (error) {
    await sql.end({ timeout: 5 })
    throw error
  }
  afterAll(drop)
  return { name, url: withDatabase(inject('applicationUrl'), name), drop }
}

/** Copying files is faster than writing them through the log, when nothing is flushed to disk. */
async function clone(sql: postgres.Sql, name: string, source: string): Promise<void> {
  const owner = decodeURIComponent(new URL(inject('applicationUrl')).username)
  await sql.unsafe(`create database "${name}" template "${source}" owner "${owner}" strategy file_copy`)
}

/** @returns the template's database; workers that ask at the same time wait for the one that makes it */
async function makeTemplate(sql: postgres.Sql, { name, build }: Template): Promise<string> {
  const database = `template_${name.replaceAll(/\W/g, '_')}`
  const lock = createHash('sha256').update(database).digest().readBigInt64BE().toString()
  await sql`select pg_advisory_lock(${lock}::bigint)`
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`
    if (found.length > 0) return database
    const draft = `${database}_draft`
    await sql.unsafe(`drop database if exists "${draft}" with (force)`)
    await clone(sql, draft, 'template0')
    await build(withDatabase(inject('applicationUrl'), draft))
    await sql.unsafe(`alter database "${draft}" rename to "${database}"`)
    return database
  } finally {
    await sql`select pg_advisory_unlock(${lock}::bigint)`
  }
}
