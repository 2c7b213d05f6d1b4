// The command line as people run it: a process with arguments and environment, its two outputs and its exit code.
import { spawn } from 'node:child_process'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** RELATA_URL, RELATA_TENANT, RELATA_KEY. Those of the surroundings are not passed on. */
  env?: Readonly<Record<string, string>>
  /** Default: the repository's root. */
  cwd?: string
}

export function runRelata(args: readonly string[], { env = {}, cwd = root }: RunOptions = {}): Promise<Ran> {
  const around = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RELATA_|VITEST)/.test(name)))
  const child = spawn(process.execPath, [path.join(root, 'sdk/cli/main.ts'), ...args], {
    cwd,
    env: { ...around, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ran: Ran = { code: null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (ran.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (ran.stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...ran, code }))
  })
}
