// One step of an upgrade: pages of a migration in the sandbox, as the new version, until it says that it is done. What a
// page wrote and the cursor after it are one transaction.
import { setTimeout as pause } from 'node:timers/promises'
import { RelataError } from '../../../sdk/errors.ts'
import type { MigrationBehaviour } from '../../../sdk/plugin/behaviour.ts'
import type { JobRun } from '../../jobs/run-job.ts'
import type { Reserved } from '../../run/database.ts'
import type { Outcome } from '../../sandbox/contract.ts'
import { plain } from '../../schema/difference.ts'
import type { ActivePlugin } from '../contract.ts'
import type { Incoming } from './incoming.ts'
import type { LifeRoom } from './life-room.ts'
import { cursorOf, keepCursor } from './migration-rows.ts'
import type { PluginRow } from '../plugin-rows.ts'
import { carriedSettings, readForm } from '../settings-form.ts'

const MAX_PAGES = 100_000
/** Tries of a page that was lost by no fault of its own. */
const MAX_TRIES = 4

export interface Step {
  incoming: Incoming
  row: PluginRow
  step: MigrationBehaviour
}

/** @throws RL403 the step failed · RL401 it passed a limit */
export async function runStep(room: LifeRoom, run: JobRun, what: Step): Promise<void> {
  for (let page = 1; page <= MAX_PAGES; page++) {
    run.signal.throwIfAborted()
    if (await runPage(room, run, what)) return
  }
  throw failure(what, `is not done after ${MAX_PAGES} pages`)
}

async function runPage(room: LifeRoom, run: JobRun, what: Step, tries = 1): Promise<boolean> {
  const { connection, loaded } = run
  const { archive } = what.incoming
  const key = { plugin: archive.name, version: what.step.version, name: what.step.name }
  await connection.execute('BEGIN')
  let outcome: Outcome
  try {
    const cursor = await cursorOf(connection, loaded.tenant.schema, key)
    if (cursor === undefined) {
      await connection.execute('ROLLBACK')
      return true
    }
    outcome = await invoke(room, run, what, cursor, connection)
    const next = outcome.ok ? nextOf(outcome.value) : undefined
    if (next) {
      await keepCursor(connection, loaded.tenant.schema, key, next)
      await connection.execute('COMMIT')
      return next.isDone
    }
    await connection.execute('ROLLBACK')
  } catch (error) {
    await connection.execute('ROLLBACK').catch(() => undefined)
    throw error instanceof RelataError && error.code === 'RL500' ? failure(what, `failed: ${error.message}`) : error
  }
  run.signal.throwIfAborted()
  if (outcome.ok) throw failure(what, 'answered neither { next } nor { done: true }')
  const { kind } = outcome.failure
  if ((kind === 'lost' || kind === 'cancelled') && tries < MAX_TRIES) {
    await pause(200 * tries)
    return runPage(room, run, what, tries + 1)
  }
  throw failure(what, reasonOf(outcome.failure), kind === 'limit' || kind === 'timeout' ? 'RL401' : 'RL403')
}

function nextOf(value: unknown): { cursor?: unknown; isDone: boolean } | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('done' in value && value.done === true) return { isDone: true }
  return 'next' in value ? { cursor: value.next, isDone: false } : undefined
}

async function invoke(
  room: LifeRoom,
  { loaded, signal }: JobRun,
  { incoming, row, step }: Step,
  cursor: unknown,
  connection: Reserved,
): Promise<Outcome> {
  const { archive, decision } = incoming
  const { name, version, codeHash: hash, manifest, behaviour, code } = archive
  const plugin: ActivePlugin = {
    ...{ name, version, hash, manifest, behaviour, userId: row.userId },
    grants: new Set(decision.grants),
    settings: carriedSettings(readForm(manifest.settings), row.settings),
  }
  return room.runMigration({ loaded, plugin, code: code ?? '', step: step.name, cursor, tx: connection, signal })
}

function failure({ step }: Step, why: string, code: 'RL401' | 'RL403' = 'RL403'): RelataError {
  return new RelataError(code, `The migration ${step.name} to ${step.version} ${why}.`, {
    isPublic: true,
    members: { step: step.name, version: step.version },
  })
}

function reasonOf(failed: Extract<Outcome, { ok: false }>['failure']): string {
  switch (failed.kind) {
    case 'failed':
      return `failed: ${failed.error.name}: ${failed.error.message}`
    case 'refused':
      return `refused: ${plain(failed.message)}`
    case 'limit':
      return `reached the limit ${failed.limit} (${failed.max})`
    case 'timeout':
      return `took longer than ${failed.afterMs} ms`
    case 'lost':
      return `lost its process: ${failed.reason}`
    case 'paused':
      return 'is paused, because it failed too often'
    case 'cancelled':
      return 'was cut off'
  }
}
