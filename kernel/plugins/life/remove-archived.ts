// Removing a plugin whose data is archived: out of the metadata first, so that nobody writes to it any more; then, as a
// job, into a file; then dropped. Killed anywhere, the job goes on.
import type { JobHandler } from '../../jobs/run-job.ts'
import { insertJob } from '../../jobs/job-rows.ts'
import { Model } from '../../catalog/model.ts'
import { versionAt } from '../../schema/versions.ts'
import type { Actor } from '../../actor.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { touched } from './change.ts'
import { exportData } from './export-data.ts'
import type { LifeRoom } from './life-room.ts'
import { retirePluginUser } from '../plugin-face.ts'
import { changePlugin, deletePlugin, findPlugin } from '../plugin-rows.ts'
import type { RemovalPlan } from './plan-removal.ts'

export const ARCHIVE_KIND = 'plugin.archive'

interface Payload {
  plugin: string
  /** Version of the metadata that had it last. */
  version: number
  drops: readonly string[]
  by: string
}

export const archiveName = (plugin: string, release: string, version: number): string =>
  `${plugin}-${release}-data-${version}.zip`

export async function removeArchived(
  room: LifeRoom,
  { tenant }: LoadedTenant,
  actor: Pick<Actor, 'userId'>,
  { plugin: { name, version }, drops, metadata }: RemovalPlan,
  options: { expectedVersion?: number },
): Promise<void> {
  const before = metadata?.fromVersion ?? 0
  const loaded = await room.catalog.load(tenant.slug)
  await room.publisher.publish(tenant, {
    packages: [],
    remove: [name],
    note: `${name} ${version} removed, its data is archived`,
    by: actor.userId,
    // The file is made of what this version had.
    expectedVersion: before,
    ...options,
    also: async (tx, model) => {
      await changePlugin(tx, tenant.schema, name, { state: 'removing', next: null })
      await retirePluginUser(tx, model, name)
      const payload: Payload = { plugin: name, version: before, drops, by: actor.userId }
      await insertJob(tx, model, { kind: ARCHIVE_KIND, title: `Archive the data of ${name}`, payload })
      await touched(room, tx, loaded, model, { name, by: actor.userId, audit: 'plugin_off', details: 'To be removed' })
    },
  })
}

export const archiveAndDrop =
  (room: LifeRoom): JobHandler =>
  async ({ loaded, payload, signal }) => {
    const work = payloadOf(payload)
    const { tenant } = loaded
    const row = work && (await findPlugin(room.database, tenant.schema, work.plugin))
    if (!work || row?.state !== 'removing') return
    const { plugin, version, by } = work
    const file = archiveName(plugin, row.version, version)
    if (!(await room.archives.has(tenant.schema, file))) {
      const { snapshot, sources } = await versionAt(room.database, tenant.schema, version)
      const source = sources.find(({ name }) => name === plugin) ?? { name: plugin, files: {} }
      const content = exportData({ database: room.database, model: new Model(snapshot), source, plugin, signal })
      await room.archives.write(tenant.schema, file, content)
    }
    const { droppable } = await room.publisher.plan(tenant, [])
    await room.publisher.publish(tenant, {
      packages: [],
      // What another package has brought back meanwhile stays.
      confirm: work.drops.filter((drop) => droppable.includes(drop)),
      note: `${plugin} ${row.version}: data archived and dropped`,
      by,
      also: async (tx, model) => {
        await deletePlugin(tx, tenant.schema, plugin)
        await touched(room, tx, loaded, model, {
          name: plugin,
          by,
          audit: 'plugin_removed',
          details: `Its data is in ${file}`,
        })
      },
    })
  }

function payloadOf(payload: unknown): Payload | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  if (!('plugin' in payload && 'version' in payload && 'drops' in payload && 'by' in payload)) return undefined
  const drops = Array.isArray(payload.drops) ? payload.drops.map(String) : []
  return { plugin: String(payload.plugin), version: Number(payload.version), drops, by: String(payload.by) }
}
