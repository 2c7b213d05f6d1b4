// Stages and pipelines as hooks and actions look them up: each at most once in a call, however many records it is about.
import type { BeforeContext } from 'relata/plugin'
import { firstStage, type Stage } from './stages.ts'

type Reader = BeforeContext['records']

/** What one call has read. The records of every call are others, so that nothing is remembered beyond it. */
const known = new WeakMap<Reader, Map<string, Promise<unknown>>>()

function once<T>(records: Reader, key: string, read: () => Promise<T>): Promise<T> {
  const mine = known.get(records) ?? new Map<string, Promise<unknown>>()
  known.set(records, mine)
  const found = mine.get(key) ?? read()
  mine.set(key, found)
  return found as Promise<T>
}

export const stageOf = (records: Reader, id: string): Promise<Stage | null> =>
  once(records, `stage ${id}`, () => records.get('sales.stage', id))

/** All stages of a pipeline. */
export const stagesOf = (records: Reader, pipeline: string): Promise<Stage[]> =>
  once(records, `stages ${pipeline}`, async () => {
    const filter = { '==': [{ var: 'pipeline' }, pipeline] }
    const { data } = await records.list('sales.stage', { filter, sort: 'position', limit: 200 })
    return data
  })

/** Where an opportunity begins that names no pipeline: the one marked for it, else any that is in use. */
export const defaultPipeline = (records: Reader): Promise<string | undefined> =>
  once(records, 'pipeline', async () => {
    const filter = { '==': [{ var: 'active' }, true] }
    const { data } = await records.list('sales.pipeline', { filter, sort: '-is_default,name', limit: 1 })
    return data[0]?.id
  })

/** The first stage of a pipeline, or of the default one. */
export async function startStage(records: Reader, pipeline: string | null): Promise<Stage | undefined> {
  const where = pipeline ?? (await defaultPipeline(records))
  return where === undefined ? undefined : firstStage(await stagesOf(records, where))
}
