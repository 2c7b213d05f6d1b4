// What happens to opportunities at the push of a button: on to a stage, won, lost, open again, to another owner.
import { type ActionResult, type Context, type InputOf, refuse, type Text, type WriteOf } from 'relata/plugin'
import { stagesOf, startStage } from './read-stages.ts'
import { nextStage, type Opportunity, type Stage } from './stages.ts'
import { DECIDED, GONE, messageOf, NO_PIPELINE, outcome, text } from './texts.ts'

type Change = Partial<WriteOf<'sales.opportunity'>>

/** Each by itself: what one of many cannot do is told, and the others go on. A single one that cannot is refused. */
export async function changeEach(
  ids: readonly string[],
  { records }: Context,
  change: (deal: Opportunity) => Promise<Change>,
  said: (count: number) => Text,
): Promise<ActionResult> {
  const failures: string[] = []
  for (const id of ids) {
    try {
      const deal = await records.get('sales.opportunity', id)
      if (deal === null) refuse(GONE)
      await records.update('sales.opportunity', id, await change(deal), { version: deal.version })
    } catch (error) {
      if (ids.length === 1) throw error
      failures.push(messageOf(error))
    }
  }
  return { message: outcome(ids.length - failures.length, failures, said) }
}

/** The stage of the deal's pipeline that ends it. */
async function closing(records: Context['records'], deal: Opportunity, kind: 'won' | 'lost'): Promise<Stage> {
  if (deal.state !== 'open') refuse(DECIDED)
  const stages = deal.pipeline === null ? [] : await stagesOf(records, deal.pipeline)
  return stages.find((stage) => stage.kind === kind) ?? refuse(NO_END[kind])
}
const NO_END = {
  won: text(
    'Its pipeline has no stage that means won.',
    'В её воронке нет выигранной стадии.',
    'Ihre Pipeline hat keine Stufe für gewonnene Chancen.',
  ),
  lost: text(
    'Its pipeline has no stage that means lost.',
    'В её воронке нет проигранной стадии.',
    'Ihre Pipeline hat keine Stufe für verlorene Chancen.',
  ),
}

export const win = (ids: readonly string[], input: InputOf<'sales.win'>, context: Context): Promise<ActionResult> =>
  changeEach(
    ids,
    context,
    async (deal) => ({
      stage: (await closing(context.records, deal, 'won')).id,
      close_date: input.close_date ?? context.now.slice(0, 10),
      ...(input.amount === null || input.amount === undefined
        ? {}
        : { amount: input.amount, amount_from_lines: false }),
      ...(input.note ? { outcome_note: input.note } : {}),
    }),
    () => text('Won. Congratulations!', 'Выиграна. Поздравляем!', 'Gewonnen. Glückwunsch!'),
  )

export const lose = (ids: readonly string[], input: InputOf<'sales.lose'>, context: Context): Promise<ActionResult> =>
  changeEach(
    ids,
    context,
    async (deal) => ({
      stage: (await closing(context.records, deal, 'lost')).id,
      lost_reason: input.reason,
      close_date: input.close_date ?? context.now.slice(0, 10),
      ...(input.competitor ? { competitor: input.competitor } : {}),
      ...(input.note ? { outcome_note: input.note } : {}),
    }),
    (count) => text(`${count} marked as lost.`, `Отмечено проигранными: ${count}.`, `${count} als verloren vermerkt.`),
  )

export const moveStage = (
  ids: readonly string[],
  input: InputOf<'sales.move_stage'>,
  context: Context,
): Promise<ActionResult> =>
  changeEach(
    ids,
    context,
    async (deal) => ({ stage: input.stage ?? (await following(context.records, deal)).id }),
    (count) => text(`${count} moved on.`, `Переведено: ${count}.`, `${count} weiterbewegt.`),
  )

async function following(records: Context['records'], deal: Opportunity): Promise<Stage> {
  const now = deal.stage === null ? null : await records.get('sales.stage', deal.stage)
  if (now === null) return (await startStage(records, deal.pipeline)) ?? refuse(NO_PIPELINE)
  return nextStage(await stagesOf(records, now.pipeline), now) ?? refuse(LAST)
}
const LAST = text(
  'It is in the last open stage. Choose “Won” or “Lost”.',
  'Это последняя открытая стадия. Выберите «Выиграна» или «Проиграна».',
  'Sie ist in der letzten offenen Stufe. Wählen Sie „Gewonnen“ oder „Verloren“.',
)

/** Who may make a reopening may reopen: the roles say who that is, and the hook looks for it. */
export async function reopen(id: string, input: InputOf<'sales.reopen'>, context: Context): Promise<ActionResult> {
  const { records } = context
  const deal = await records.get('sales.opportunity', id)
  if (deal === null) refuse(GONE)
  if (deal.state === 'open') refuse(text('It is open.', 'Сделка открыта.', 'Sie ist offen.'))
  const stage = input.stage ?? (await lastOpenStage(records, deal))
  await records.create('sales.reopening', { opportunity: id, reason: input.reason, stage })
  await records.update('sales.opportunity', id, { stage })
  return { message: text('Open again.', 'Снова открыта.', 'Wieder offen.') }
}

async function lastOpenStage(records: Context['records'], deal: Opportunity): Promise<string> {
  const { data } = await records.list('sales.stage_change', {
    filter: {
      and: [{ '==': [{ var: 'opportunity' }, deal.id] }, { '==': [{ var: 'to_stage.kind' }, 'open'] }],
    },
    sort: '-changed_at',
    limit: 1,
  })
  return data[0]?.to_stage ?? (await startStage(records, deal.pipeline))?.id ?? refuse(NO_PIPELINE)
}
