// What is there on the first day: a pipeline that most can begin with, and change as they like.
import type { Context, WriteOf } from 'relata/plugin'

type NewStage = Omit<WriteOf<'sales.stage'>, 'pipeline' | 'position'>

const STAGES: readonly NewStage[] = [
  {
    name: 'Prospecting',
    code: 'new_business.prospecting',
    probability: '10',
    forecast_category: 'pipeline',
    guidance: 'Find out whether there is a need, who has it and who decides.',
  },
  {
    name: 'Qualification',
    code: 'new_business.qualification',
    probability: '25',
    forecast_category: 'pipeline',
    guidance: 'Talk about what they need, by when and for how much.',
  },
  {
    name: 'Proposal',
    code: 'new_business.proposal',
    probability: '50',
    forecast_category: 'best_case',
    requires: ['account', 'amount', 'close_date'],
    guidance: 'Offer what they need. Know the amount and when they will decide.',
  },
  {
    name: 'Negotiation',
    code: 'new_business.negotiation',
    probability: '75',
    forecast_category: 'commit',
    requires: ['account', 'primary_contact', 'amount', 'close_date', 'next_step'],
    guidance: 'Agree on terms with whoever decides.',
  },
  {
    name: 'Won',
    code: 'new_business.won',
    kind: 'won',
    probability: '100',
    forecast_category: 'closed',
    requires: ['account', 'amount', 'close_date'],
  },
  {
    name: 'Lost',
    code: 'new_business.lost',
    kind: 'lost',
    probability: '0',
    forecast_category: 'omitted',
    requires: ['close_date', 'lost_reason'],
  },
]

/** Where there is any pipeline, somebody has made up their mind. */
export async function makeFirstPipeline({ records }: Pick<Context, 'records'>): Promise<void> {
  if ((await records.count('sales.pipeline')) > 0) return
  const { id } = await records.create('sales.pipeline', {
    name: 'New business',
    is_default: true,
    description: 'For customers and orders that are new. Change it, or make others beside it.',
  })
  for (const [index, stage] of STAGES.entries())
    await records.create('sales.stage', { ...stage, pipeline: id, position: 10 * (index + 1) })
}
