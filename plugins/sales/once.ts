// What is looked up while many records are saved together is looked up once: a load asks hooks a hundred records at a time.
import type { BeforeContext, EntityName, RecordOf } from 'relata/plugin'

export type Reader = BeforeContext['records']

/** What one call has read. The records of every call are others, so that nothing is remembered beyond it. */
const known = new WeakMap<Reader, Map<string, Promise<unknown>>>()

export function once<T>(records: Reader, key: string, read: () => Promise<T>): Promise<T> {
  const mine = known.get(records) ?? new Map<string, Promise<unknown>>()
  known.set(records, mine)
  const found = mine.get(key) ?? read()
  mine.set(key, found)
  return found as Promise<T>
}

export const getOnce = <E extends EntityName>(records: Reader, entity: E, id: string): Promise<RecordOf<E> | null> =>
  once(records, `${entity} ${id}`, () => records.get(entity, id))
