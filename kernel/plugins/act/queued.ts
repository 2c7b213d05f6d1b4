// What the queue is told when a plugin's work fails: trying again helps against what was busy, slow, away or paused, and
// not against what the code says or what it wants too much of.
import { RelataError } from '../../../sdk/errors.ts'

const FINAL: ReadonlySet<string> = new Set(['RL401', 'RL402'])

export async function asWorkError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RelataError) || !FINAL.has(error.code) || error.members['isFinal'] === true) throw error
    throw new RelataError(error.code, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      problems: error.problems,
      isPublic: error.isPublic,
      members: { ...error.members, isFinal: true },
      cause: error,
    })
  }
}
