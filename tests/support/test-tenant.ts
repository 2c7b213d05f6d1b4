// A tenant over HTTP without a server: the whole app in this process, asked through its fetch function.
import { afterAll } from 'vitest'
import { Hono } from 'hono'
import { Model } from '../../kernel/catalog/model.ts'
import { resolvePackages } from '../../kernel/catalog/resolve.ts'
import { bulkRoutes } from '../../kernel/http/bulk.ts'
import { recordRoutes } from '../../kernel/http/records.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { enterTenant, type TenantEnv } from '../../kernel/request.ts'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import type { Services } from '../../kernel/services.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { readSources } from './metadata-sources.ts'
import { quickDdl } from './quick-schema.ts'
import type { Answer } from './sign-in.ts'
import { createTestDatabase } from './test-database.ts'

export interface Caller {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  send(method: string, path: string, body: string | Uint8Array, type: string): Promise<Answer>
}
export interface TestTenant extends Caller {
  database: Database
  schema: string
  userId: string
  tableOf(entity: string): string
  as(role: string): Promise<Caller>
}

export async function openTestTenant(packages: readonly PackageSource[]): Promise<TestTenant> {
  const { url } = await createTestDatabase()
  const database = openDatabase({ url, poolSize: 4, longPoolSize: 4 })
  afterAll(() => database.close())
  const resolved = resolvePackages({
    sources: [...(await readSources(['system'])), ...packages],
    tenant: 't',
    schema: 't_1',
    version: 1,
    names: {},
    baseCurrency: 'EUR',
  })
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems, null, 1))
  await database.transaction((tx) => tx.execute(quickDdl(resolved.snapshot)))
  const model = new Model(resolved.snapshot)
  const loaded = { tenant: { id: '1', slug: 't', title: 'T', schema: 't_1', isDemo: false }, model }
  const userId = '00000000-0000-7000-8000-000000000001'
  const table = model.entity('system.user').entity.table
  await database.query(`INSERT INTO t_1."${table}" (id, display_name) VALUES ($1::uuid, 'Tester')`, [userId])
  const make = (role: string): Caller => {
    const actor = {
      kind: 'person' as const,
      tenant: 't',
      userId,
      displayName: 'Tester',
      email: null,
      roles: [role],
      keyId: null,
      locale: 'en',
      timeZone: 'UTC',
    }
    const services = {
      log: createLogger({ logLevel: 'error', logFormat: 'text' }),
      database,
      catalog: { load: async () => loaded, reload: async () => loaded },
      auth: { actorOf: async () => actor },
      seal: (text: string) => Buffer.from(text).toString('base64'),
      guards: {},
    } as unknown as Services
    const app = new Hono<TenantEnv>()
    app.use('/:tenant/*', (c, next) => enterTenant(c, services, next))
    app.route('/:tenant', recordRoutes(services))
    app.route('/:tenant', bulkRoutes(services))
    const send = async (
      method: string,
      path: string,
      body: string | Uint8Array | undefined,
      type: string,
      headers: Record<string, string> = {},
    ): Promise<Answer> => {
      const response = await app.request(`http://localhost/t/${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
        ...(body === undefined ? {} : { body: body as never }),
      })
      const text = await response.text()
      return {
        status: response.status,
        body: /json/.test(response.headers.get('content-type') ?? '') && text ? JSON.parse(text) : text,
        headers: response.headers,
      }
    }
    return {
      send: (method, path, body, type) => send(method, path, body, type),
      call: (method, path, body, headers) =>
        send(method, path, body === undefined ? undefined : JSON.stringify(body), 'application/json', headers),
    }
  }
  return {
    ...make('system.administrator'),
    database,
    schema: 't_1',
    userId,
    tableOf: (entity) => model.entity(entity).entity.table,
    as: async (role) => make(role),
  }
}
