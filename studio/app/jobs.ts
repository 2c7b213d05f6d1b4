// Work that goes on after an answer (a demo being made, an index being built): asked for until it ends. Jobs are
// records of system.job in the tenant they belong to.
import type { WireRecord } from '../../sdk/wire/records.ts'
import { api, currentTenant } from './api.ts'

export interface JobProgress {
  id: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** 0–1; null: not known. */
  part: number | null
  text: string
}

const EVERY_MS = 500

/**
 * @param onProgress called with every answer
 * @param tenant slug; default: the current one
 * @throws ApiError when the job cannot be asked for
 */
export async function watchJob(
  id: string,
  onProgress: (progress: JobProgress) => void,
  { tenant = currentTenant(), signal }: { tenant?: string; signal?: AbortSignal } = {},
): Promise<JobProgress> {
  for (;;) {
    signal?.throwIfAborted()
    const record = await api.get<WireRecord>(`/api/v1/${encodeURIComponent(tenant)}/records/system.job/${id}`)
    const progress = progressOf(record)
    onProgress(progress)
    if (progress.state === 'done' || progress.state === 'failed') return progress
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}

function progressOf(record: WireRecord): JobProgress {
  const { state, progress, message, error } = record
  const isKnown = state === 'waiting' || state === 'running' || state === 'done' || state === 'failed'
  const percent = Number(progress)
  return {
    id: record.id,
    state: isKnown ? state : 'running',
    part: progress === null || progress === undefined || Number.isNaN(percent) ? null : Math.min(1, percent / 100),
    text: String(error ?? message ?? ''),
  }
}
