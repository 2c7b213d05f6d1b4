// Stages and pipelines as hooks and actions look them up: each at most once in a call, however many records it is about.
import { getOnce, once, type Reader } from './once.ts'
import { firstStage, type Stage } from './stages.ts'

export const stageOf = (records: Reader, id: string): Promise<Stage | null> => getOnce(records, 'sales.stage', id)

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
