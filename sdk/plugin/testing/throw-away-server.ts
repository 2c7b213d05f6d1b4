// A server for the time of a test run: the real one, with a database and a folder of its own, both gone afterwards.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RelataError } from '../../errors.ts'
import { TEST_VARIABLES } from './place.ts'

export interface ThrowAwayServer {
  url: string
  /** Of a person who may make tenants: the header of a signed-in browser. */
  cookie: string
  stop(): Promise<void>
}

const READY_TIMEOUT_MS = 60_000
const EMAIL = 'tester@example.org'

/** @throws RL504 when there is no server to start, or it does not start */
export async function startThrowAwayServer(): Promise<ThrowAwayServer> {
  return runningServer() ?? startServer()
}

/** Several plugins tested one after the other may share one: whoever started it says where it is. */
function runningServer(): ThrowAwayServer | undefined {
  const [url, cookie] = [process.env[TEST_VARIABLES.url], process.env[TEST_VARIABLES.cookie]]
  return url && cookie ? { url, cookie, stop: async () => undefined } : undefined
}

async function startServer(): Promise<ThrowAwayServer> {
  const script = findServer()
  const data = mkdtempSync(join(tmpdir(), 'relata-test-'))
  // The embedded database runs as a user of its own where root runs the tests.
  chmodSync(data, 0o711)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const password = randomBytes(18).toString('base64url')
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...serverEnvironment(port, data, password) },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
  // Ctrl+C ends the command, and with it what it started.
  process.once('exit', () => void child.kill('SIGTERM'))
  try {
    await waitUntilReady(url, child)
    return { url, cookie: await signIn(url, password), stop }
  } catch (cause) {
    await stop()
    const hint = output.trim().split('\n').slice(-5).join('\n        ')
    throw new RelataError('RL504', 'The server for the tests did not start.', { cause, isPublic: true, hint })
  }
}

/** RELATA_SERVER, or the server that this sdk came with. */
function findServer(): string {
  const named = process.env['RELATA_SERVER']
  const places = named
    ? [named, join(named, 'kernel/main.ts'), join(named, 'kernel/main.js')]
    : ['.ts', '.js'].map((end) => fileURLToPath(new URL(`../../../kernel/main${end}`, import.meta.url)))
  const found = places.find((place) => /\.[jt]s$/.test(place) && existsSync(place))
  if (found !== undefined) return found
  const hint = 'Set RELATA_SERVER to the folder of Relata (the one with kernel/ in it).'
  throw new RelataError('RL504', named ? `There is no server in ${named}.` : 'There is no server to test with.', {
    isPublic: true,
    hint,
  })
}

function serverEnvironment(port: number, data: string, password: string): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    RELATA_DATA: data,
    RELATA_ADMIN_EMAIL: EMAIL,
    RELATA_ADMIN_PASSWORD: password,
    RELATA_LOG_LEVEL: 'warn',
    RELATA_LOG_FORMAT: 'text',
    RELATA_STOP_SECONDS: '1',
  }
}

/** What is set for a server of one's own would make the tests mean something else. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(RELATA_|DATABASE_|HOST$|PORT$|NODE_TEST)/.test(name)),
  )

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended')
    const response = await fetch(`${url}/readyz`).catch(() => null)
    await response?.body?.cancel()
    if (response?.ok) return
    await delay(30)
  }
  throw new Error('it was not ready in time')
}

async function signIn(url: string, password: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email: EMAIL, password }),
  })
  if (!answer.ok) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
