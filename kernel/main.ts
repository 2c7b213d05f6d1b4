// The server: `npm start`. What each part is stopped by is said where it is started; see platform/lifecycle.ts.
import path from 'node:path'
import { serve } from '@hono/node-server'
import type { Server } from 'node:http'
import { assembleKernel, type Kernel } from './assemble.ts'
import { type Config, readConfig } from './platform/config.ts'
import { prepareDataFolder } from './platform/data-folder.ts'
import { createLifecycle, drainServer, endOnSignals, type Lifecycle } from './platform/lifecycle.ts'
import { createLogger, type Logger } from './platform/log.ts'
import { rotateSecret } from './rotate-secret.ts'
import { startEmbeddedPostgres } from './platform/postgres-embedded.ts'
import { explainFailure } from './platform/start-failure.ts'

const ROOT = path.join(import.meta.dirname, '..')
/** Beyond what running requests are given, for closing what is left. */
const MARGIN_MS = 2_000

async function start(): Promise<void> {
  const config = readConfig()
  const log = createLogger(config)
  for (const warning of config.warnings) log.warn(warning)
  const lifecycle = createLifecycle({ log })
  endOnSignals(lifecycle, log)
  try {
    const databaseUrl = await startDatabase(config, log, lifecycle)
    if (process.argv.includes('--rotate-secret')) {
      const rotation = rotateSecret({ config, log, databaseUrl, signal: lifecycle.signal })
      lifecycle.onStop('rotation', () => Promise.allSettled([rotation]).then(() => undefined))
      const isDone = await rotation
      await lifecycle.stop('the key was rotated', isDone ? 0 : 1)
      return
    }
    await startParts(config, log, lifecycle, databaseUrl)
  } catch (error) {
    console.error(explainFailure(error))
    await lifecycle.stop('the start failed', 1)
  }
}

async function startDatabase(config: Config, log: Logger, lifecycle: Lifecycle): Promise<string> {
  prepareDataFolder(config.dataFolder)
  const embedded =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataFolder: config.dataFolder, log }) : null
  if (embedded) lifecycle.onStop('database', embedded.stop, 90_000)
  return config.databaseUrl ?? embedded?.url ?? ''
}

async function startParts(config: Config, log: Logger, lifecycle: Lifecycle, databaseUrl: string): Promise<void> {
  const kernel = await assembleKernel({
    config,
    log,
    databaseUrl,
    ...(config.databaseDirectUrl ? { directUrl: config.databaseDirectUrl } : {}),
    metadataFolder: path.join(ROOT, 'metadata'),
    pagesFolder: path.join(ROOT, 'studio/dist'),
    packagesFolder: path.join(ROOT, 'plugins/dist'),
  })
  lifecycle.onStop('kernel', kernel.close, 30_000)
  if (config.admin) await kernel.auth.setup.ensureAdministrator(config.admin)
  await kernel.tenants.resume()
  if (process.argv.includes('--demo')) await makeDemo(kernel)
  const address = await listen(kernel, config, log, lifecycle)
  // Before running requests are waited for: a page that is told nothing would hold the server open.
  lifecycle.onStop('open pages', () => kernel.live.end())
  kernel.health.isReady = true
  kernel.services.events.start()
  await greet(kernel, config.publicUrl ?? address)
}

/** Without an administrator yet, whoever is made one by the set-up link gets the demo too. */
async function makeDemo({ auth, tenants }: Kernel): Promise<void> {
  const operator = await auth.accounts.firstOperator()
  await tenants.ensureDemo(operator ? { identity: operator.id, email: operator.email, name: operator.name } : undefined)
}

/** @returns the address to open */
function listen(kernel: Kernel, config: Config, log: Logger, lifecycle: Lifecycle): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: kernel.app.fetch, hostname: config.host, port: config.port }, (info) => {
      const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
      log.info({ host: config.host, port: info.port }, 'listening')
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${info.port}`)
    }) as Server
    server.once('error', reject)
    lifecycle.onStop(
      'http',
      () => {
        kernel.health.isReady = false
        return drainServer(server, config.stopDeadlineMs)
      },
      config.stopDeadlineMs + MARGIN_MS,
    )
  })
}

async function greet(kernel: Kernel, address: string): Promise<void> {
  const token = await kernel.auth.setup.newToken()
  const lines = token
    ? [
        'Relata is running. Open this link to make yourself the administrator; it works once:',
        `  ${address}/setup?token=${token}`,
      ]
    : ['Relata is running:', `  ${address}`]
  console.log(`\n${lines.join('\n')}\n`)
}

await start()
