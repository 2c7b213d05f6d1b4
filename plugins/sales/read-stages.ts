// Stages and pipelines as hooks and actions look them up.
import type { BeforeContext } from 'relata/plugin'
import { firstStage, type Stage } from './stages.ts'

type Reader = BeforeContext['records']

/** All stages of a pipeline. */
export async function stagesOf(records: Reader, pipeline: string): Promise<Stage[]> {
  const filter = { '==': [{ var: 'pipeline' }, pipeline] }
  const { data } = await records.list('sales.stage', { filter, sort: 'position', limit: 200 })
  return data
}

/** Where an opportunity begins that names no pipeline: the one marked for it, else any that is in use. */
async function defaultPipeline(records: Reader): Promise<string | undefined> {
  const filter = { '==': [{ var: 'active' }, true] }
  const { data } = await records.list('sales.pipeline', { filter, sort: '-is_default,name', limit: 1 })
  return data[0]?.id
}

/** The first stage of a pipeline, or of the default one. */
export async function startStage(records: Reader, pipeline: string | null): Promise<Stage | undefined> {
  const where = pipeline ?? (await defaultPipeline(records))
  return where === undefined ? undefined : firstStage(await stagesOf(records, where))
}
