// Drives database-host.ts: start it, kill parts of it, ask the database something.
import { spawn } from 'node:child_process'
import path from 'node:path'
import postgres from 'postgres'
import { socketHost } from '../../../kernel/platform/postgres-url.ts'
import { findProcesses, sendSignal, waitForEnd } from '../../../kernel/platform/processes.ts'

export interface Host {
  pid: number
  /** Of the database when it became ready. */
  databasePid: number
  url: string
  output(): string
  /** Wait for the end. @returns exit code, or the signal that ended it */
  end(signal: NodeJS.Signals): Promise<number | string | null>
}

/** @returns the running host, or its output when it ended by itself */
export async function startHost(dataFolder: string): Promise<Host | string> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'database-host.ts')], {
    env: { PATH: process.env['PATH'], RELATA_DATA: dataFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })
  const ready = new Promise<{ url: string; pid: number }>((resolve) => {
    const read = (text: string): void => {
      output += text
      const line = output.split('\n').find((candidate) => candidate.startsWith('{"ready"') && candidate.endsWith('}}'))
      if (line) resolve(JSON.parse(line).ready)
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read)
  })
  const database = await Promise.race([ready, ended.then(() => null)])
  if (!database) return output
  const pid = child.pid ?? 0
  return {
    pid,
    databasePid: database.pid,
    url: database.url,
    output: () => output,
    async end(signal) {
      sendSignal(pid, signal)
      return ended
    },
  }
}

/** Rows as objects; waits for the database while it restarts. */
export async function ask(url: string, statement: string): Promise<postgres.RowList<postgres.Row[]>> {
  const deadline = performance.now() + 15_000
  for (;;) {
    const sql = postgres(url, { ...socketHost(url), max: 1, onnotice: () => undefined, connect_timeout: 2 })
    try {
      return await sql.unsafe(statement)
    } catch (error) {
      const isRestarting =
        error instanceof Error && 'code' in error && /^(57P0|ECONN|ENOENT|CONNECTION)/.test(String(error.code))
      if (!isRestarting || performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
}

/** The shell that ends the database when the host dies. */
export function watchdogsOf(databasePid: number): number[] {
  return findProcesses((commandLine) => commandLine.includes(`kill -INT ${databasePid}`))
}

export async function hasEnded(pid: number): Promise<boolean> {
  return waitForEnd(pid, 10_000)
}
