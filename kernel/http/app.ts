// All addresses of the server in one place: which routes stand where, and what every request passes first.
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { Account } from '../auth/accounts.ts'
import type { AuthRoom } from '../auth/index.ts'
import type { LiveHub } from '../events/live/hub.ts'
import type { FileStore } from '../files/file-store.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import type { LifeRoom } from '../plugins/life/life-room.ts'
import { enterTenant, type TenantEnv } from '../request.ts'
import { problemResponse } from '../respond/problem.ts'
import type { SchemaPublisher } from '../schema/publisher.ts'
import type { Services } from '../services.ts'
import type { Sso } from '../sso/flow.ts'
import type { Tenants } from '../tenants/index.ts'
import type { Webhooks } from '../webhooks/index.ts'
import { accessRoutes } from './access.ts'
import { accountRoutes } from './account.ts'
import { bulkRoutes } from './bulk.ts'
import { eventRoutes } from './events.ts'
import { fileRoutes } from './files.ts'
import { type Health, healthRoutes } from './health.ts'
import { invitationRoutes, joinRoutes } from './invitations.ts'
import { keyRoutes } from './keys.ts'
import { liveRoutes } from './live.ts'
import { metaRoutes } from './meta.ts'
import { metadataRoutes } from './metadata.ts'
import { openApiRoutes } from './openapi.ts'
import { pageRoutes } from './pages.ts'
import { pluginJournalRoutes } from './plugin-journal.ts'
import { pluginDryRunRoutes } from './plugin-dry-run.ts'
import { pluginDoorRoutes, pluginHookRoutes } from './plugin-doors.ts'
import { pluginRoutes } from './plugins.ts'
import { profileRoutes } from './profile.ts'
import { recordRoutes } from './records.ts'
import { clientAddress, sameOriginOnly, securityHeaders } from './security.ts'
import { secondFactorRoutes } from './second-factor.ts'
import { roleRoutes } from './roles.ts'
import { sessionRoutes } from './session.ts'
import { ssoRoutes } from './sso.ts'
import { tenantRoutes } from './tenants.ts'
import { userRoutes } from './users.ts'
import { webhookRoutes } from './webhooks.ts'

export interface AppParts {
  services: Services
  auth: AuthRoom
  sso: Sso
  files: FileStore
  tenants: Tenants
  publisher: SchemaPublisher
  plugins: LifeRoom
  act: ActRoom
  health: Health
  live: LiveHub
  webhooks: Webhooks
  /** studio/dist */
  pagesFolder: string
}

export function createApp(parts: AppParts): Hono {
  const { services, auth, sso, tenants, health, pagesFolder } = parts
  const { log } = services
  const app = new Hono()
  app.onError((error, c) => problemResponse(error, log, { method: c.req.method, path: c.req.path }))
  app.use('*', securityHeaders(auth.isSecure))
  app.route('/', healthRoutes(services.database, health, parts.plugins.sandbox))

  app.route('/', pluginHookRoutes(services, parts.act))

  app.use('/api/*', sameOriginOnly(auth, log))
  const welcome = ({ id, email, name }: Account) => tenants.adopt({ identity: id, email, name })
  app.route('/api', sessionRoutes(auth, tenants, services, welcome))
  app.route('/api', accountRoutes(services, auth))
  app.route('/api', secondFactorRoutes(services, auth))
  app.route('/api', ssoRoutes(services, auth, sso))
  app.route('/api', joinRoutes(services, auth))
  app.route('/api', tenantRoutes(services, auth, tenants))
  app.route('/api/v1/:tenant', tenantApp(parts))
  app.all('/api/*', (c) => {
    const error = new RelataError('RL101', `There is nothing at ${c.req.method} ${c.req.path}.`, {
      hint: 'The tenant’s openapi.json describes every address.',
    })
    return problemResponse(error, log, { method: c.req.method, path: c.req.path })
  })
  app.route('/', pageRoutes(pagesFolder))
  return app
}

/** Everything within one tenant, behind its door. */
function tenantApp({ services, auth, files, publisher, plugins, act, live, webhooks }: AppParts): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()
  app.use('*', (c, next) => enterTenant(c, services, next, () => clientAddress(c)))
  const rooms = [
    recordRoutes(services),
    accessRoutes(services),
    metaRoutes(services),
    metadataRoutes(services, publisher),
    pluginRoutes(services, plugins),
    pluginJournalRoutes(services, plugins),
    pluginDryRunRoutes(services, plugins, act),
    pluginDoorRoutes(services, auth, act),
    bulkRoutes(services),
    fileRoutes(services, files),
    openApiRoutes(services),
    profileRoutes(services),
    keyRoutes(services),
    roleRoutes(services),
    userRoutes(services, auth),
    invitationRoutes(services, auth),
    eventRoutes(services),
    liveRoutes(services, live),
    webhookRoutes(services, webhooks),
  ]
  for (const room of rooms) app.route('/', room)
  return app
}
