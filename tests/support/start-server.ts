// The built server as a black box: started like an administrator starts it, spoken to over HTTP, stopped by signals.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const root = path.join(import.meta.dirname, '../..')

export interface ServerUnderTest {
  /** Without a trailing slash. */
  url: string
  pid: number
  dataFolder: string
  /** Everything written to standard output and error so far. */
  output(): string
  /** Send a signal and wait for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ending>
}

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface StartOptions {
  /** Over the defaults: HOST, PORT, RELATA_DATA and an administrator. `undefined` takes one away. */
  env?: Readonly<Record<string, string | undefined>>
  /** Command line after the script's name, such as `--demo`. */
  args?: readonly string[]
  /** Kept after stop(), for a second start; default: a folder of its own that goes away. */
  dataFolder?: string
  /** Until GET /readyz answers 200. */
  readyTimeoutMs?: number
  /** Default: any that is free. */
  port?: number
  /** Default: kernel/main.ts. */
  script?: string
}

export const ADMIN = { email: 'admin@example.org', password: 'correct horse battery' } as const

/** @throws with the server's output when it ends or stays silent before it is ready */
export async function startServer(options: StartOptions = {}): Promise<ServerUnderTest> {
  const isOwnFolder = options.dataFolder === undefined
  const dataFolder = options.dataFolder ?? makeDataFolder()
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    process.execPath,
    [path.join(root, options.script ?? 'kernel/main.ts'), ...(options.args ?? [])],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...withoutOurs(process.env),
        HOST: '127.0.0.1',
        PORT: String(port),
        RELATA_DATA: dataFolder,
        RELATA_ADMIN_EMAIL: ADMIN.email,
        RELATA_ADMIN_PASSWORD: ADMIN.password,
        RELATA_LOG_LEVEL: 'info',
        ...options.env,
      },
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  // A test that fails before stop() must not leave its server behind.
  const killOnExit = () => void child.kill('SIGTERM')
  process.once('exit', killOnExit)
  child.once('close', () => process.off('exit', killOnExit))
  const ended = new Promise<Ending>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  const cleanUp = () => isOwnFolder && rmSync(dataFolder, { recursive: true, force: true })

  try {
    await waitUntilReady(url, child, options.readyTimeoutMs ?? 60_000)
  } catch (error) {
    child.kill('SIGKILL')
    await ended
    cleanUp()
    throw new Error(`The server did not become ready.\n${output.slice(-8_000)}`, { cause: error })
  }
  return {
    url,
    pid: child.pid ?? 0,
    dataFolder,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const ending = await ended
      cleanUp()
      return ending
    },
  }
}

/** A folder that the embedded database's own user can pass through when root runs the tests. */
export function makeDataFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-data-'))
  chmodSync(folder, 0o711)
  return folder
}

/** Settings of the surroundings would make a test mean something else on every machine. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(RELATA_|DATABASE_|HOST$|PORT$|npm_|NODE_OPTIONS$|VITEST)/.test(name)),
  )
}

async function waitUntilReady(url: string, child: ChildProcess, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended')
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null)
    await response?.body?.cancel()
    if (response?.ok) return
    await delay(50)
  }
  throw new Error(`not ready after ${timeoutMs} ms`)
}

/** The kernel picks it; another process could take it before the server does, which has not been seen. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
