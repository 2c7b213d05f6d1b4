// A process that does nothing but keep an embedded database on RELATA_DATA, for tests that kill it.
import { readConfig } from '../../../kernel/platform/config.ts'
import { createLifecycle, endOnSignals } from '../../../kernel/platform/lifecycle.ts'
import { createLogger } from '../../../kernel/platform/log.ts'
import { startEmbeddedPostgres } from '../../../kernel/platform/postgres-embedded.ts'
import { explainFailure } from '../../../kernel/platform/start-failure.ts'

const config = readConfig()
const log = createLogger(config)
const lifecycle = createLifecycle({ log })
endOnSignals(lifecycle, log)
try {
  const database = await startEmbeddedPostgres({
    dataFolder: config.dataFolder,
    log,
    settings: { shared_buffers: '32MB' },
  })
  lifecycle.onStop('database', database.stop, 60_000)
  console.log(JSON.stringify({ ready: { url: database.url, pid: database.pid() } }))
  // A server would be listening.
  setInterval(() => undefined, 60_000)
} catch (error) {
  console.error(explainFailure(error))
  process.exitCode = 1
}
