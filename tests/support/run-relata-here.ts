// The command line within the test's process: ten times as quick as a process of its own, for tests that are about what
// the commands say. What belongs to the process (outputs, environment, folder, exit code) is set aside meanwhile.
import { CommanderError } from 'commander'
import { makeProgram } from '../../sdk/cli/program.ts'
import type { Ran, RunOptions } from './run-relata.ts'

/** One at a time. */
export async function runRelataHere(args: readonly string[], { env = {}, cwd }: RunOptions = {}): Promise<Ran> {
  const before = { env: process.env, cwd: process.cwd(), code: process.exitCode }
  const ran: Ran = { code: 0, stdout: '', stderr: '' }
  const restore = [
    capture(process.stdout, (text) => (ran.stdout += text)),
    capture(process.stderr, (text) => (ran.stderr += text)),
  ]
  const around = Object.entries(before.env).filter(([name]) => !/^(RELATA_|VITEST)/.test(name))
  process.env = { ...Object.fromEntries(around), ...env }
  process.exitCode = 0
  if (cwd !== undefined) process.chdir(cwd)
  try {
    await makeProgram().parseAsync(args, { from: 'user' })
    ran.code = Number(process.exitCode)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    ran.code = error.exitCode === 0 ? 0 : 2
  } finally {
    for (const each of restore) each()
    process.env = before.env
    process.exitCode = before.code
    process.chdir(before.cwd)
  }
  return ran
}

function capture(stream: NodeJS.WriteStream, take: (text: string) => void): () => void {
  const write = stream.write
  stream.write = (text: string | Uint8Array): boolean => {
    take(String(text))
    return true
  }
  return () => void (stream.write = write)
}
