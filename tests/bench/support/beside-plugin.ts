// A save beside a plugin that has no hook for it, against the same save where no plugin is installed: two tenants of one
// kernel, save by save in turns, so that both meet the same machine.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { assembleKernel, type Kernel } from '../../../kernel/assemble.ts'
import { createKey } from '../../../kernel/auth/api-keys.ts'
import { systemActor } from '../../../kernel/auth/index.ts'
import { readConfig } from '../../../kernel/platform/config.ts'
import { createLogger } from '../../../kernel/platform/log.ts'
import { startEmbeddedPostgres } from '../../../kernel/platform/postgres-embedded.ts'
import { METADATA_FOLDER } from '../../support/metadata-sources.ts'
import { pluginArchive, pluginForm } from '../../support/plugin-archive.ts'
import { BENCH_PACKAGE, benchRow } from './bench-entity.ts'
import { median, type Row, rounded } from './results.ts'

const ROUNDS = 9
const SAVES = 400

type Send = (method: string, path: string, body: string | Uint8Array, type?: string) => Promise<void>

export async function besidePlugin(say: (line: string) => void): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-bench-'))
  chmodSync(folder, 0o711)
  mkdirSync(path.join(folder, 'pages'))
  writeFileSync(path.join(folder, 'pages/index.html'), '<!doctype html><title>Studio</title>')
  const log = createLogger({ logLevel: 'fatal', logFormat: 'text' })
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log })
  const kernel = await assembleKernel({
    ...{ log, metadataFolder: METADATA_FOLDER, pagesFolder: path.join(folder, 'pages') },
    config: readConfig({ RELATA_DATA: folder }),
    databaseUrl: postgres.url,
  })
  try {
    await kernel.services.events.start()
    const [without, beside] = [await openTenant(kernel, 'without'), await openTenant(kernel, 'beside')]
    await install(beside)
    const ratios: number[] = []
    for (let round = -2; round < ROUNDS; round++) {
      const times: { without: number[]; beside: number[] } = { without: [], beside: [] }
      for (let save = 0; save < SAVES; save++) {
        const body = JSON.stringify(benchRow(save))
        // Whoever goes first goes second the next time.
        for (const who of save % 2 === 0 ? (['without', 'beside'] as const) : (['beside', 'without'] as const)) {
          const startedMs = performance.now()
          await (who === 'without' ? without : beside)('POST', 'records/bench.item', body)
          times[who].push(performance.now() - startedMs)
        }
      }
      if (round >= 0) ratios.push(median(times.beside) / median(times.without))
    }
    say(`a save beside a plugin without a hook for it ${rounded(median(ratios), 3)} of one without plugins`)
    return [{ what: 'no matching plugin', value: rounded(median(ratios), 3), unit: 'ratio', goal: '<= 1.05' }]
  } finally {
    await kernel.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function openTenant(kernel: Kernel, slug: string): Promise<Send> {
  const { tenant } = await kernel.tenants.create({ title: slug, slug, kind: 'empty' })
  await kernel.services.publisher.publish(tenant, { packages: [BENCH_PACKAGE], by: null })
  const loaded = await kernel.services.catalog.load(slug)
  const role = 'system.administrator'
  const { key } = await createKey(kernel.services.database, loaded, systemActor(tenant), { name: 'bench', role })
  return async (method, address, body, type = 'application/json') => {
    const answer = await kernel.app.request(`http://localhost/api/v1/${slug}/${address}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body: Buffer.from(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${address}: ${text}`)
  }
}

/** With hooks before and after, on records of its own. */
async function install(send: Send): Promise<void> {
  const file = { name: 'thing', display_name: 'name', fields: [{ name: 'name', type: 'text' }] }
  const hook = { name: 'check', entity: 'other.thing', on: ['create', 'update'] as ('create' | 'update')[] }
  const archive = pluginArchive({
    name: 'other',
    files: { 'entities/thing.json': file },
    behaviour: { before: [{ ...hook, onFailure: 'refuse' }], after: [{ ...hook, name: 'follow', as: 'user' }] },
    run: `return kind === 'before' ? { results: input.events.map(() => ({ set: {} })) } : null`,
  })
  const { body, type } = await pluginForm(archive, { grants: 'all' })
  await send('POST', 'plugins', body, type)
}
