// One PostgreSQL for the whole run, in a folder that goes away with it. It gives up durability, which no test measures
// (tests/process starts its own, with durability on). Template databases are made on it when the first test asks.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { createLogger } from '../../kernel/platform/log.ts'
import { startEmbeddedPostgres } from '../../kernel/platform/postgres-embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the run's PostgreSQL: makes and drops databases. */
    superuserUrl: string
    /** The role that owns them, with the rights of the server in production. */
    applicationUrl: string
  }
}

const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  checkpoint_timeout: '1h',
  max_wal_size: '8GB',
  shared_buffers: '256MB',
  max_connections: '200',
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  // Another version of PostgreSQL, say; its user may make databases.
  const given = process.env['RELATA_TEST_DATABASE_URL']
  if (given) {
    project.provide('superuserUrl', given)
    project.provide('applicationUrl', given)
    return async () => undefined
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-test-'))
  // The database's own user must pass through when root runs the tests.
  chmodSync(folder, 0o711)
  const database = await startEmbeddedPostgres({
    dataFolder: folder,
    log: createLogger({ logLevel: 'warn', logFormat: 'text' }),
    settings: SETTINGS,
  })
  project.provide('superuserUrl', database.superuserUrl)
  project.provide('applicationUrl', database.url)
  return async () => {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
