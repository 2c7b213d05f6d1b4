// Puts the rooms together for one process: the server, and tests that want everything but a socket.
import type { Hono } from 'hono'
import type { Logger } from 'pino'
import { AUTH_GUARDS, type AuthRoom, openAuth } from './auth/index.ts'
import { invitationLink } from './auth/invitations.ts'
import { openCatalog } from './catalog/store.ts'
import { DISPATCHERS_AT_ONCE } from './events/dispatcher.ts'
import { type EventsPace, openEvents } from './events/index.ts'
import { createLiveHub, type LiveHub } from './events/live/hub.ts'
import { createFileStore } from './files/file-store.ts'
import { createApp } from './http/app.ts'
import type { Health } from './http/health.ts'
import { jobHandlers } from './jobs/handlers.ts'
import { type Jobs, JOBS_AT_ONCE, startJobs } from './jobs/runner.ts'
import { openMail } from './mail/index.ts'
import { type Config, originOf } from './platform/config.ts'
import { createKeyring, readSecrets } from './platform/secret.ts'
import { openArchiveFolder } from './plugins/life/archive-folder.ts'
import { openAvailable } from './plugins/life/available.ts'
import { pluginJobs } from './plugins/life/jobs.ts'
import type { ActRoom } from './plugins/act/act-room.ts'
import { JOB_KIND } from './plugins/jobs-work.ts'
import { openPluginHealth } from './plugins/plugin-health.ts'
import { openJournal } from './plugins/journal/journal.ts'
import { JOB_RULES, jobHandler } from './plugins/act/run-job.ts'
import { runMigration } from './plugins/act/run-migration.ts'
import { SCHEDULES_KIND, SCHEDULES_RULES, schedulesHandler } from './plugins/life/schedules.ts'
import { createPlaces, PLUGINS_AT_ONCE } from './plugins/act/own-transaction.ts'
import type { LifeRoom } from './plugins/life/life-room.ts'
import { type Database, openDatabase } from './run/database.ts'
import { openSandbox } from './sandbox/index.ts'
import { type Outside, openOutside } from './net/outside.ts'
import { AFTER_KIND, AFTER_RULES, afterConsumer, afterHandler } from './hooks/after.ts'
import { createBeforeHooks } from './hooks/before.ts'
import { createPublisher } from './schema/publisher.ts'
import type { Services } from './services.ts'
import { createSso } from './sso/flow.ts'
import { prepareInstallation } from './tenants/registry.ts'
import { createTenants, type Tenants } from './tenants/index.ts'
import { webhookGuards } from './webhooks/guard.ts'
import { openWebhooks } from './webhooks/index.ts'

export interface Kernel {
  app: Hono
  services: Services
  auth: AuthRoom
  tenants: Tenants
  jobs: Jobs
  health: Health
  /** Open pages. */
  live: LiveHub
  /** Stops what is going on in the background, then closes the connections. */
  close(): Promise<void>
}

export interface KernelOptions {
  config: Config
  log: Logger
  /** Where the data is; the embedded database's address when there is no other. */
  databaseUrl: string
  directUrl?: string
  /** metadata/: the packages that tenants get. */
  metadataFolder: string
  /** studio/dist */
  pagesFolder: string
  /** Plugin packages that are offered. */
  packagesFolder?: string
  /** Between tries to send a message: for tests. */
  mailPausesMs?: readonly number[]
  /** Where plugins' requests go: for tests. */
  outside?: Outside
  /** How often events and work are looked for that nobody told of: for tests. */
  pace?: EventsPace
  /** Between tries of a webhook: for tests. */
  webhookPauseS?: number
}

/** Each running job, each dispatcher of events and each plugin that writes keeps one; the others are for publishes, bulk loads and exports. */
const LONG_POOL_SIZE = JOBS_AT_ONCE + DISPATCHERS_AT_ONCE + PLUGINS_AT_ONCE + 4

export async function assembleKernel(options: KernelOptions): Promise<Kernel> {
  const { config, databaseUrl } = options
  const directUrl = options.directUrl ?? databaseUrl
  const database = openDatabase({
    url: databaseUrl,
    directUrl,
    poolSize: config.poolSize,
    longPoolSize: LONG_POOL_SIZE,
  })
  try {
    return await furnish(options, database, directUrl)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function furnish(options: KernelOptions, database: Database, directUrl: string): Promise<Kernel> {
  const { config, log, databaseUrl, metadataFolder, pagesFolder, packagesFolder, mailPausesMs, pace } = options
  await prepareInstallation(database)
  const secrets = readSecrets(config)
  const keys = createKeyring(secrets)
  const catalog = await openCatalog({ database, log })
  const events = openEvents({ database, databaseUrl, catalog, log, ...(pace ? { pace } : {}) })
  // Work that was left may begin before everything that it needs is there.
  const life = Promise.withResolvers<LifeRoom>()
  const jobs = startJobs({
    database,
    catalog,
    log,
    handlers: {
      ...jobHandlers({ database, seal: keys.seal, metadataFolder }),
      ...pluginJobs(life.promise),
    },
    written: (schema) => events.nudge(schema),
  })
  const publisher = createPublisher({ database, catalog, jobs, log })
  const auth = await openAuth({
    database,
    databaseUrl: directUrl,
    catalog,
    findTenants: (ids) => catalog.findTenants(ids),
    secrets: secrets.map((secret) => createKeyring([secret]).derive('session cookie').toString('base64url')),
    keys,
    publicUrl: config.publicUrl,
    minPasswordLength: config.minPasswordLength,
    log,
  })
  const mail = await openMail({
    database,
    catalog,
    accounts: auth.accounts,
    log,
    smtp: config.smtp,
    origin: originOf(config),
    invitationLink: (loaded, id, isMailed) => invitationLink(database, loaded, id, isMailed),
    ...(mailPausesMs ? { pausesMs: mailPausesMs } : {}),
  })
  const files = createFileStore(config.dataFolder)
  const services: Services = {
    config,
    log,
    database,
    catalog,
    publisher,
    auth,
    mail,
    seal: keys.seal,
    guards: { ...AUTH_GUARDS, ...webhookGuards(config.webhookPrivate) },
    hooks: createBeforeHooks(() => act),
    events,
  }
  const webhookDoor = openOutside({ allowsPrivate: config.webhookPrivate })
  const webhookPause = options.webhookPauseS === undefined ? {} : { pauseS: options.webhookPauseS }
  const toCall = { database, events, outside: webhookDoor, keys, seal: keys.seal, log }
  const webhooks = openWebhooks({ ...toCall, ...webhookPause })
  const tenants = createTenants({ services, publisher, jobs, files, metadataFolder })
  const health: Health = { isReady: false }
  const sso = createSso({
    database,
    catalog,
    accounts: auth.accounts,
    keys,
    log,
    allowsPrivate: config.ssoPrivate,
  })
  const sandbox = openSandbox({
    log: log.child({ room: 'sandbox' }),
    onViolation: (schema, plugin, violation) => pluginHealth.told(schema, plugin, violation),
  })
  const pluginHealth = await openPluginHealth({ database, sandbox, log })
  const journal = await openJournal({ database, log })
  const outside = options.outside ?? openOutside({ allowsPrivate: false })
  const act: ActRoom = {
    ...{ database, catalog, sandbox, journal, keys, mail, outside, events, log: log.child({ room: 'plugins' }) },
    ...{ seal: services.seal, guards: services.guards, hooks: services.hooks },
    places: createPlaces(),
  }
  const plugins: LifeRoom = {
    ...{ database, catalog, publisher, sandbox, journal, keys, log, events },
    archives: openArchiveFolder(config.dataFolder),
    available: openAvailable(packagesFolder ?? null, log),
    allowsDevelopment: config.devPlugins,
    health: pluginHealth,
    runMigration: (run) => runMigration(act, run),
  }
  life.resolve(plugins)
  events.subscribe(afterConsumer)
  events.queue.handle(
    AFTER_KIND,
    afterHandler(() => act),
    AFTER_RULES,
  )
  events.queue.handle(
    JOB_KIND,
    jobHandler(() => act),
    JOB_RULES,
  )
  events.queue.handle(SCHEDULES_KIND, schedulesHandler(database, events.queue), SCHEDULES_RULES)
  const live = createLiveHub(database, log)
  const rooms = { services, auth, sso, files, tenants, publisher, plugins, act, live, webhooks }
  const app = createApp({ ...rooms, health, pagesFolder })
  return {
    app,
    services,
    auth,
    tenants,
    jobs,
    health,
    live,
    async close() {
      await live.close()
      await jobs.stop()
      await events.close()
      webhookDoor.close()
      await sandbox.close()
      await pluginHealth.close()
      outside.close()
      await journal.close()
      await mail.close()
      await catalog.close()
      await auth.close()
      await database.close()
    },
  }
}
