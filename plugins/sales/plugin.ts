// Sales: what the code does, part by part. What each part works out is in the file that it calls.
import { action, afterSave, beforeSave, definePlugin, job, migration, refuse } from 'relata/plugin'
import { convert } from './convert.ts'
import { lose, moveStage, reopen, win } from './deals.ts'
import { makeFirstPipeline } from './first-pipeline.ts'
import { handOver } from './hand-over.ts'
import { sumLines } from './line-sums.ts'
import { priced } from './lines.ts'
import { startStage } from './read-stages.ts'
import { remindAll } from './reminders.ts'
import { mayLeave } from './reopening.ts'
import { scoreOf } from './score.ts'
import { welcomeCustomer, writeStageChange } from './stage-history.ts'
import { consequences } from './stages.ts'
import { DECIDED, GONE, NO_PIPELINE, text } from './texts.ts'

export default definePlugin([
  // Leads: a score, with its reasons.
  beforeSave(
    'sales.lead',
    {
      name: 'score',
      label: text('Works out the score', 'Считает баллы', 'Berechnet die Punkte'),
      on: ['create', 'update'],
      fields: ['email', 'phone', 'company', 'job_title', 'source', 'budget', 'timeframe', 'employees'],
      onFailure: 'skip',
    },
    ({ record }, { settings }) => scoreOf(record, settings),
  ),

  // Opportunities: pipeline, probability, forecast and expected amount follow from the stage.
  beforeSave(
    'sales.opportunity',
    {
      name: 'stage',
      label: text('Follows the stage', 'Следует за стадией', 'Folgt der Stufe'),
      on: ['create', 'update'],
      fields: ['stage', 'pipeline', 'amount', 'probability'],
    },
    async ({ record, before, changed, refuse }, { records, now }) => {
      const isOtherPipeline = changed.includes('pipeline') && !changed.includes('stage') && before !== null
      const stage =
        record.stage === null || (isOtherPipeline && record.pipeline !== before.pipeline)
          ? await startStage(records, record.pipeline)
          : await records.get('sales.stage', record.stage)
      if (!stage) return refuse(NO_PIPELINE, 'stage')
      if (before && !(await mayLeave(records, before, stage))) return refuse(DECIDED, 'stage')
      return consequences({ record, before, changed, stage, now })
    },
  ),
  afterSave(
    'sales.opportunity',
    {
      name: 'stage_history',
      label: text('Keeps the stage history', 'Ведёт историю стадий', 'Führt den Verlauf der Stufen'),
      on: ['create', 'update'],
      fields: ['stage'],
      as: 'plugin',
    },
    async (event, context) => {
      await writeStageChange(event, context)
      await welcomeCustomer(event.record, context)
    },
  ),

  // Lines: price and total while they are saved, their sum at the opportunity afterwards.
  beforeSave(
    'sales.opportunity_line',
    {
      name: 'price',
      label: text('Works out price and total', 'Считает цену и итог', 'Berechnet Preis und Summe'),
      on: ['create', 'update'],
      fields: ['product', 'quantity', 'price', 'discount', 'description'],
    },
    async ({ record, before }, { records }) => {
      const isNewProduct = record.product !== null && before?.product !== record.product
      const product = isNewProduct && record.product ? await records.get('sales.product', record.product) : null
      return priced(record, product, isNewProduct)
    },
  ),
  afterSave(
    'sales.opportunity_line',
    {
      name: 'sum',
      label: text('Sums up the lines', 'Суммирует позиции', 'Summiert die Positionen'),
      on: ['create', 'update', 'delete', 'restore'],
      as: 'plugin',
    },
    sumLines,
  ),

  action('sales.convert_lead', async ({ ids: [id = ''], input }, context) => {
    const lead = await context.records.get('sales.lead', id)
    if (lead === null) return refuse(GONE)
    const { organisation, person, opportunity } = await convert(lead, input, context)
    const open =
      opportunity !== null
        ? { entity: 'sales.opportunity', id: opportunity }
        : organisation !== null
          ? { entity: 'base.organisation', id: organisation }
          : person !== null
            ? { entity: 'base.person', id: person }
            : undefined
    return {
      message: text('The lead is converted.', 'Лид конвертирован.', 'Der Lead ist umgewandelt.'),
      ...(open ? { open } : {}),
    }
  }),
  action('sales.move_stage', ({ ids, input }, context) => moveStage(ids, input, context)),
  action('sales.win', ({ ids, input }, context) => win(ids, input, context)),
  action('sales.lose', ({ ids, input }, context) => lose(ids, input, context)),
  action('sales.reopen', ({ ids: [id = ''], input }, context) => reopen(id, input, context)),
  action('sales.assign_leads', ({ ids, input }, context) => handOver('sales.lead', ids, input, context)),
  action('sales.assign_opportunities', ({ ids, input }, context) => handOver('sales.opportunity', ids, input, context)),

  job(
    {
      name: 'remind',
      label: text('Reminds of deals', 'Напоминает о сделках', 'Erinnert an Chancen'),
      schedule: '30 3 * * *',
    },
    (_event, context) => remindAll(context),
  ),

  migration({ name: 'first_pipeline', version: '1.0.0', atInstall: true }, async (_progress, context) => {
    await makeFirstPipeline(context)
    return { done: true }
  }),
])
