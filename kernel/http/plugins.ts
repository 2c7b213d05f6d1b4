// Plugins of an organisation: what an install would do, installing, granting, settings, switching off, removing. For its
// administrators.
import { Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { ARCHIVE_TYPE, readArchive } from '../../sdk/plugin/archive.ts'
import { GrantRequest, RemoveRequest } from '../../sdk/wire/plugins.ts'
import { requireAdminister } from '../auth/rights.ts'
import { develop } from '../plugins/life/develop.ts'
import { dropNext, grant, switchOff, switchOn } from '../plugins/life/grant.ts'
import { install } from '../plugins/life/install.ts'
import type { LifeRoom } from '../plugins/life/life-room.ts'
import { planInstall } from '../plugins/life/plan.ts'
import { requirePlugin } from '../plugins/plugin-rows.ts'
import { planRemoval } from '../plugins/life/plan-removal.ts'
import { remove } from '../plugins/life/remove.ts'
import { changeSecret, changeSettings } from '../plugins/life/settings.ts'
import { listView, planView, pluginView, removalView } from '../plugins/life/view.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import type { Context } from '../run/context.ts'
import type { Services } from '../services.ts'
import { readPluginUpload } from './plugin-upload.ts'
import { readBody } from './read-body.ts'
import { readJson } from './read-json.ts'

const SecretBody = Type.Object(
  { value: Type.Union([Type.String({ minLength: 1, maxLength: 10_000 }), Type.Null()]) },
  { additionalProperties: false },
)

export function pluginRoutes(services: Services, room: LifeRoom): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()
  const administered = (
    c: Parameters<typeof inTenant>[0],
    work: (context: Context, name: string) => Promise<unknown>,
  ): Promise<Response> =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const body = await work(context, c.req.param('name') ?? '')
      return jsonAnswer(body, 200, { 'cache-control': 'private, no-store' })
    })
  /** Something is done to a plugin, which is then told as it is. */
  const changed = (c: Parameters<typeof inTenant>[0], work: (context: Context, name: string) => Promise<void>) =>
    administered(c, async (context, name) => {
      await work(context, name)
      return pluginView(room, context.loaded, name)
    })

  app.get('/plugins', (c) => administered(c, async ({ loaded }) => ({ data: await listView(room, loaded) })))
  app.post('/plugin-plans', (c) =>
    administered(c, async ({ loaded }) => {
      const { bytes } = await readPluginUpload(c)
      return planView(await planInstall(room, loaded, readArchive(bytes)))
    }),
  )
  app.post('/plugins', (c) =>
    administered(c, async ({ loaded, actor }) => {
      const { bytes, request } = await readPluginUpload(c)
      await install(room, loaded, actor, bytes, request)
      return pluginView(room, loaded, readArchive(bytes).name)
    }),
  )
  app.post('/plugins-in-development', (c) =>
    administered(c, async ({ loaded, actor }) => {
      const { name } = await develop(room, loaded, actor, (await readPluginUpload(c)).bytes)
      return pluginView(room, loaded, name)
    }),
  )
  app.get('/plugin-packages', (c) => administered(c, async () => ({ data: await room.available.list() })))
  app.get('/plugin-packages/:name', (c) =>
    inTenant(c, services, async ({ model, actor }) => {
      requireAdminister(model, actor)
      const bytes = await room.available.read(c.req.param('name'))
      const headers = { ...SAFE_HEADERS, 'content-type': ARCHIVE_TYPE, 'cache-control': 'private, no-store' }
      return new Response(new Uint8Array(bytes), { headers })
    }),
  )
  app.get('/plugin-archives', (c) =>
    administered(c, async ({ loaded }) => ({ data: await room.archives.list(loaded.tenant.schema) })),
  )
  app.get('/plugin-archives/:file', (c) =>
    inTenant(c, services, async ({ model, actor, loaded }) => {
      requireAdminister(model, actor)
      const file = c.req.param('file')
      const { body, sizeBytes } = await room.archives.read(loaded.tenant.schema, file)
      return new Response(body, {
        headers: {
          ...SAFE_HEADERS,
          'content-type': 'application/zip',
          'content-length': String(sizeBytes),
          'content-disposition': `attachment; filename="${file}"`,
          'cache-control': 'private, no-store',
        },
      })
    }),
  )
  app.delete('/plugin-archives/:file', (c) =>
    administered(c, async ({ loaded }) => {
      await room.archives.remove(loaded.tenant.schema, c.req.param('file'))
      return { data: await room.archives.list(loaded.tenant.schema) }
    }),
  )
  app.get('/plugins/:name', (c) => administered(c, ({ loaded }, name) => pluginView(room, loaded, name)))
  app.put('/plugins/:name/grant', (c) =>
    changed(c, async ({ loaded, actor }, name) =>
      grant(room, loaded, actor, name, readBody(GrantRequest, await readJson(c))),
    ),
  )
  app.put('/plugins/:name/settings', (c) =>
    changed(c, async ({ loaded, actor }, name) => changeSettings(room, loaded, actor, name, await readJson(c))),
  )
  app.put('/plugins/:name/secrets/:secret', (c) =>
    changed(c, async ({ loaded, actor }, name) => {
      const { value } = readBody(SecretBody, await readJson(c))
      await changeSecret(room, loaded, actor, name, c.req.param('secret'), value)
    }),
  )
  app.post('/plugins/:name/enable', (c) => changed(c, ({ loaded, actor }, name) => switchOn(room, loaded, actor, name)))
  app.post('/plugins/:name/disable', (c) =>
    changed(c, ({ loaded, actor }, name) => switchOff(room, loaded, actor, name)),
  )
  app.post('/plugins/:name/upgrade/cancel', (c) =>
    changed(c, ({ loaded, actor }, name) => dropNext(room, loaded, actor, name)),
  )
  app.post('/plugins/:name/resume', (c) =>
    changed(c, async ({ loaded }, name) => {
      await requirePlugin(services.database, loaded.tenant.schema, name)
      await room.health.resume(loaded.tenant.schema, name)
    }),
  )
  app.post('/plugins/:name/remove/plan', (c) =>
    administered(c, async ({ loaded }, name) => removalView(await planRemoval(room, loaded, name))),
  )
  app.post('/plugins/:name/remove', (c) =>
    administered(c, async ({ loaded, actor }, name) => {
      const request = readBody(RemoveRequest, await readJson(c))
      await remove(room, loaded, actor, name, request)
      return { name, data: request.data }
    }),
  )
  return app
}
