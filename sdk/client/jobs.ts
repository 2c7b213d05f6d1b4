// Work that the server does in the background, watched as records of `system.job`.
import type { RecordsApi } from './records.ts'

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job {
  id: string
  title: string
  state: JobState
  /** 0–100, as the server last said. */
  progress: number
  /** Why it failed. */
  error: string | null
}

export interface WaitOptions {
  /** Default: an hour. */
  timeoutMs?: number
  onProgress?: (job: Job) => void
  signal?: AbortSignal
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
const STATES: readonly string[] = ['waiting', 'running', 'done', 'failed', 'cancelled'] satisfies JobState[]

export class JobsApi {
  private readonly records: RecordsApi

  constructor(records: RecordsApi) {
    this.records = records
  }

  async get(id: string): Promise<Job> {
    const record = await this.records.get('system.job', id)
    const state = record['state']
    return {
      id: record.id,
      title: String(record['title'] ?? ''),
      state: isState(state) ? state : 'waiting',
      progress: Number(record['progress'] ?? 0),
      error: typeof record['error'] === 'string' ? record['error'] : null,
    }
  }

  /** Until the job is done, failed or cancelled, or until time is up: then as it stands. */
  async wait(id: string, { timeoutMs = 3_600_000, onProgress, signal }: WaitOptions = {}): Promise<Job> {
    const deadline = performance.now() + timeoutMs
    let pauseMs = FIRST_PAUSE_MS
    for (;;) {
      const job = await this.get(id)
      onProgress?.(job)
      const isOver = job.state !== 'waiting' && job.state !== 'running'
      if (isOver || performance.now() + pauseMs > deadline) return job
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      signal?.throwIfAborted()
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
    }
  }
}

const isState = (value: unknown): value is JobState => typeof value === 'string' && STATES.includes(value)
