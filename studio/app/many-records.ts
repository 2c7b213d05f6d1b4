// Deleting and restoring many records. Each batch goes through as a whole; records that are where they should be
// already (a parent took its children along) are left out, and the rest is tried again.
import type { BatchOperation } from '../../sdk/wire/records.ts'
import { ApiError } from './api.ts'
import { records } from './records.ts'

const BATCH = 200

/** To the trash. @returns ids that were moved; fewer than asked for when a refusal ended the work, given to `onRefusal` */
export function removeAll(
  entity: string,
  ids: readonly string[],
  onRefusal: (error: unknown) => void,
): Promise<string[]> {
  return inBatches(ids, (id) => ({ op: 'delete', entity, id }), onRefusal)
}

/** Out of the trash. @returns as removeAll */
export function restoreAll(
  entity: string,
  ids: readonly string[],
  onRefusal: (error: unknown) => void,
): Promise<string[]> {
  return inBatches(ids, (id) => ({ op: 'restore', entity, id }), onRefusal)
}

async function inBatches(
  ids: readonly string[],
  operation: (id: string) => BatchOperation,
  onRefusal: (error: unknown) => void,
): Promise<string[]> {
  const done: string[] = []
  for (let start = 0; start < ids.length; start += BATCH) {
    const part = ids.slice(start, start + BATCH)
    try {
      await oneBatch(part, operation)
    } catch (error) {
      onRefusal(error)
      return done
    }
    done.push(...part)
  }
  return done
}

/** @throws ApiError */
async function oneBatch(ids: readonly string[], operation: (id: string) => BatchOperation): Promise<void> {
  let left = ids
  while (left.length > 0) {
    try {
      await records.batch(left.map(operation))
      return
    } catch (error) {
      const index = needless(error)
      if (index === undefined) throw error
      left = left.toSpliced(index, 1)
    }
  }
}

/** RL216: not in the trash any more. RL205: not among the live ones any more. @returns number of the operation */
function needless(error: unknown): number | undefined {
  if (!(error instanceof ApiError) || (error.code !== 'RL216' && error.code !== 'RL205')) return undefined
  const { operation } = error.members
  return typeof operation === 'number' ? operation : undefined
}
