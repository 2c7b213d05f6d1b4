// A tenant of its own on the server of the tests, with the plugin in it and everything granted.
import { readFile } from 'node:fs/promises'
import { createClient, type RelataClient } from '../../client/index.ts'
import { createTransport } from '../../client/transport.ts'
import type { PackageSource } from '../../metadata/source.ts'
import { readArchive } from '../archive.ts'
import type { TestTenant } from './api.ts'
import { callRoute, runAction, runJob, settle } from './calls.ts'
import { type TestPlace, testPlace } from './place.ts'
import { testRecords } from './records.ts'

export async function openTenant(): Promise<TestTenant> {
  const place = testPlace()
  const { tenant, key } = await makeTenant(place)
  const options = { url: place.url, tenant, key }
  const [relata, send] = [createClient(options), createTransport(options)]
  const archive = await readFile(place.pluginFile)
  const { name } = readArchive(archive)
  const packages: PackageSource[] = JSON.parse(await readFile(place.packagesFile, 'utf8'))
  if (packages.length > 0) await relata.metadata.publish(packages)
  await relata.plugins.install(archive, { grants: 'all' })
  await isRunning(relata, name)
  return {
    records: testRecords(relata),
    runAction: (action, { ids = [], input }) => runAction(send, action, ids, input),
    async as(role) {
      const { key } = Object(await send('keys', { method: 'POST', json: { name: role, role } }))
      const theirs = { ...options, key: String(key) }
      const ask = createTransport(theirs)
      const { user_id: id } = Object(await ask('me'))
      return {
        id: String(id),
        records: testRecords(createClient(theirs)),
        runAction: (action, { ids = [], input }) => runAction(ask, action, ids, input),
      }
    },
    runJob: (job, payload) => runJob(send, name, job, payload),
    callRoute: (method, path, request = {}) => callRoute({ ...options, name }, method, path, request),
    settle: () => settle(send),
    async log() {
      const lines = await relata.plugins.log(name, { limit: 500 })
      return lines.toReversed().map(({ level, kind, entry, message }) => ({ level, kind, entry, message }))
    },
    setSettings: async (values) => void (await relata.plugins.setSettings(name, values)),
    setSecret: async (secret, value) => void (await relata.plugins.setSecret(name, secret, value)),
  }
}

interface MadeTenant {
  tenant: string
  key: string
}

async function makeTenant({ url, cookie }: TestPlace): Promise<MadeTenant> {
  const tenant = `test-${Math.random().toString(36).slice(2, 10)}`
  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { cookie, origin: url, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`The server of the tests answered ${answer.status}: ${await answer.text()}`)
    return Object(await answer.json())
  }
  await call('/api/tenants', { title: tenant, slug: tenant, kind: 'empty' })
  const { key } = await call(`/api/v1/${tenant}/keys`, { name: 'Tests', role: 'system.administrator' })
  return { tenant, key: String(key) }
}

async function isRunning(relata: RelataClient, name: string): Promise<void> {
  const deadline = performance.now() + RUNNING_TIMEOUT_MS
  for (;;) {
    const { state, next, error } = await relata.plugins.get(name)
    if (state === 'on' && next?.phase !== 'migration') return
    if (next?.phase === 'failed') throw new Error(`The plugin does not run: ${error ?? 'a migration failed'}`)
    if (performance.now() > deadline) throw new Error(`The plugin does not run: it is ${state}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const RUNNING_TIMEOUT_MS = 60_000
