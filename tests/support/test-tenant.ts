// A tenant over HTTP without a server: the whole kernel in this process, asked through its fetch function.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { assembleKernel, type Kernel, type KernelOptions } from '../../kernel/assemble.ts'
import { createKey } from '../../kernel/auth/api-keys.ts'
import { addMember, systemActor } from '../../kernel/auth/index.ts'
import type { EventsPace } from '../../kernel/events/index.ts'
import { readConfig } from '../../kernel/platform/config.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { METADATA_FOLDER } from './metadata-sources.ts'
import type { Answer } from './sign-in.ts'
import { createTestDatabase } from './test-database.ts'

export interface Caller {
  /** @param path below /api/v1/{tenant} */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  send(method: string, path: string, body: string | Uint8Array, type: string): Promise<Answer>
  /** A GET whose answer does not end. */
  open(path: string, headers?: Record<string, string>): Promise<Response>
}

/** Calls as its administrator, with an API key. */
export interface TestTenant extends Caller {
  kernel: Kernel
  slug: string
  database: Database
  /** For another process at the same database. */
  databaseUrl: string
  /** PostgreSQL schema. */
  schema: string
  /** Id of the user that the key acts as. */
  userId: string
  tableOf(entity: string): string
  /** With a key of another role. */
  as(role: string): Promise<Caller>
  /** A user with an account, made without an invitation. @returns id of the user */
  addPerson(person: Person): Promise<string>
}

export interface Person {
  email: string
  /** Absent: signs in by other means. */
  password?: string
  roles: readonly string[]
  /** Default: the address up to its @. */
  name?: string
}

/**
 * @param packages published on top of system and base @param environment of the server, beside RELATA_DATA
 * @param pace of events and work, which begin with `services.events.start()` or `settled()`
 */
export async function openTestTenant(
  packages: readonly PackageSource[],
  environment: Readonly<Record<string, string>> = {},
  pace: EventsPace = {},
  more: Partial<KernelOptions> = {},
): Promise<TestTenant> {
  const { url } = await createTestDatabase()
  const dataFolder = mkdtempSync(path.join(tmpdir(), 'relata-tenant-'))
  const pagesFolder = path.join(dataFolder, 'pages')
  mkdirSync(pagesFolder)
  writeFileSync(path.join(pagesFolder, 'index.html'), '<!doctype html><title>Studio</title>')
  const kernel = await assembleKernel({
    config: readConfig({ RELATA_DATA: dataFolder, ...environment }),
    log: createLogger({ logLevel: 'fatal', logFormat: 'text' }),
    databaseUrl: url,
    metadataFolder: METADATA_FOLDER,
    pagesFolder,
    packagesFolder: path.join(dataFolder, 'packages'),
    pace,
    ...more,
    mailPausesMs: [50, 50, 100, 200, 400],
  })
  // A look behind the API, on connections of its own.
  const database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  afterAll(async () => {
    await database.close()
    await kernel.close()
    rmSync(dataFolder, { recursive: true, force: true })
  })
  const { tenant } = await kernel.tenants.create({ title: 'Test', slug: 'test', kind: 'empty' })
  if (packages.length > 0) await kernel.services.publisher.publish(tenant, { packages, by: null })
  const as = async (role: string): Promise<Caller> => {
    const loaded = await kernel.services.catalog.load(tenant.slug)
    const { key } = await createKey(kernel.services.database, loaded, systemActor(tenant), { name: role, role })
    return callerOf(kernel, tenant.slug, key)
  }
  const administrator = await as('system.administrator')
  const { body: me } = await administrator.call('GET', 'me')
  const { model } = await kernel.services.catalog.load(tenant.slug)
  return {
    ...administrator,
    kernel,
    slug: tenant.slug,
    database,
    databaseUrl: url,
    schema: tenant.schema,
    userId: me.user_id,
    tableOf: (entity) => model.entity(entity).entity.table,
    as,
    async addPerson({ email, password, roles, name = email.split('@')[0] ?? email }) {
      const loaded = await kernel.services.catalog.load(tenant.slug)
      const account = await kernel.auth.accounts.create({
        email,
        name,
        ...(password === undefined ? {} : { password }),
      })
      const { userId } = await addMember(kernel.services.database, loaded, { ...account, identity: account.id, roles })
      return userId
    },
  }
}

function callerOf(kernel: Kernel, slug: string, key: string): Caller {
  const ask = async (
    method: string,
    address: string,
    init: { body?: string | Uint8Array; headers: Record<string, string> },
  ): Promise<Answer> => {
    const headers = { authorization: `Bearer ${key}`, ...init.headers }
    const body = init.body === undefined ? {} : { body: Buffer.from(init.body) }
    const response = await kernel.app.request(`http://localhost/api/v1/${slug}/${address}`, {
      method,
      headers,
      ...body,
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }
  return {
    call: (method, address, body, headers = {}) =>
      body === undefined
        ? ask(method, address, { headers })
        : ask(method, address, {
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/json', ...headers },
          }),
    open: async (address, headers = {}) =>
      kernel.app.request(`http://localhost/api/v1/${slug}/${address}`, {
        headers: { authorization: `Bearer ${key}`, ...headers },
      }),
    send: (method, address, body, type) => ask(method, address, { body, headers: { 'content-type': type } }),
  }
}
