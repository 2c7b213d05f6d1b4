// Runs an action: at once on up to as many records as one call may have, on more of them piece by piece.
import type { ActionAnswer } from '../../sdk/wire/actions.ts'
import { MOST_RECORDS } from '../../sdk/wire/actions.ts'
import type { ClientAction } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { ApiError, api } from '../app/api.ts'
import { forgetRecords } from '../app/records.ts'

export interface Run {
  action: ClientAction
  /** Empty: the list as a whole. */
  ids: readonly string[]
  input: Readonly<Record<string, WireValue>>
}

export interface RunWatch {
  /** @param done records */
  onProgress(done: number): void
  /** Looked at before each piece: what is done stays done. */
  signal: AbortSignal
}

export interface Ran {
  answer: ActionAnswer
  /** Records it ran on. */
  done: number
}

/** @throws ApiError; `done` of its `RunError` says how many records had been through before */
export async function runAction({ action, ids, input }: Run, { onProgress, signal }: RunWatch): Promise<Ran> {
  let answer: ActionAnswer = { changed: [] }
  let done = 0
  try {
    do {
      const piece = ids.slice(done, done + MOST_RECORDS)
      answer = await api.post<ActionAnswer>(`actions/${action.name}`, { ids: piece, input })
      done += piece.length
      onProgress(done)
    } while (done < ids.length && !signal.aborted)
    return { answer, done }
  } catch (error) {
    throw new RunError(error, done)
  } finally {
    forgetRecords()
  }
}

export class RunError extends Error {
  /** Records that were through before. */
  readonly done: number

  constructor(cause: unknown, done: number) {
    super('The action was refused.', { cause })
    this.name = 'RunError'
    this.done = done
  }
}

/** Of the ids that are left after `done`: those that the action is not offered for. */
export function notOffered(error: unknown, ids: readonly string[]): string[] {
  if (!(error instanceof ApiError)) return []
  return error.problems.flatMap(({ path, key }) => {
    const id = key === 'not_offered' ? ids[Number(path.split('/')[2])] : undefined
    return id === undefined ? [] : [id]
  })
}

/** Problems of the form stand below `input`; what the plugin says names the field alone. */
export function atFields(error: ApiError): ApiError {
  const errors = error.problems.map((problem) => ({ ...problem, path: problem.path.replace(/^\/input(?=\/)/, '') }))
  return new ApiError(error.status, error.code, error.message, { ...error.members, errors })
}
