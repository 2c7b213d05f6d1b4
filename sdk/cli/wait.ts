// Background work that a publish left behind, watched to its end.
import type { RelataClient } from '../client/index.ts'
import { type ExitCode, write, writeError } from './command.ts'

/** @returns 1 when some of it failed */
export async function waitForJobs(relata: RelataClient, ids: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  for (const id of ids) {
    let told = -1
    const job = await relata.jobs.wait(id, {
      onProgress: ({ title, state, progress }) => {
        const tens = Math.floor(progress / 10)
        if (state === 'running' && tens > told) write(`  ${title}: ${Math.round(progress)} %`)
        told = Math.max(told, tens)
      },
    })
    if (job.state === 'done') write(`  ${job.title}: done`)
    else {
      writeError(`  ${job.title}: ${job.state}${job.error ? `: ${job.error}` : ''}`)
      exitCode = 1
    }
  }
  return exitCode
}
