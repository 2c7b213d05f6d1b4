// What follows from the stage of an opportunity. Pure: the stage was read by whoever calls.
import { decimal, type MoneyInput, type RecordOf, type WriteOf } from 'relata/plugin'

export type Opportunity = RecordOf<'sales.opportunity'>
export type Stage = RecordOf<'sales.stage'>
export type Change = NonNullable<RecordOf<'sales.stage_change'>['kind']>

export interface Saving {
  /** As it would be written. */
  record: Opportunity
  before: Opportunity | null
  changed: readonly string[]
  /** Of the record as it would be written. */
  stage: Stage
  /** ISO 8601 */
  now: string
}

/** Fields that follow from others while an opportunity is saved. */
export function consequences(saving: Saving): Partial<WriteOf<'sales.opportunity'>> {
  const { record, before, changed, stage, now } = saving
  const enters = before?.stage !== stage.id
  const moved: Partial<WriteOf<'sales.opportunity'>> = enters ? entering(saving) : kept(saving)
  const probability = moved.probability ?? record.probability ?? stage.probability
  return {
    ...(changed.includes('pipeline') && record.pipeline !== null ? {} : { pipeline: stage.pipeline }),
    stage: stage.id,
    ...moved,
    expected_amount: expected(record.amount, probability),
    ...(enters && before === null ? { stage_since: sinceWhen(record, stage, now) } : {}),
  }
}

function entering({ record, before, changed, stage, now }: Saving): Partial<WriteOf<'sales.opportunity'>> {
  const isClosed = stage.kind !== 'open'
  const today = now.slice(0, 10)
  const wasClosed = before !== null && before.state !== 'open'
  return {
    stage_since: now,
    ...(changed.includes('probability') && !isClosed ? {} : { probability: stage.probability }),
    ...(changed.includes('forecast_category') ? {} : { forecast_category: stage.forecast_category }),
    ...(isClosed && !changed.includes('close_date') ? { close_date: today } : {}),
    ...(!isClosed && before !== null && record.engaged_on === null ? { engaged_on: today } : {}),
    // What decided it once does not hold any longer.
    ...(stage.kind !== 'lost' && record.lost_reason !== null ? { lost_reason: null } : {}),
    ...(wasClosed && !isClosed && !changed.includes('close_date') ? { close_date: null } : {}),
  }
}

/** Of what is decided the probability is no matter of opinion. */
const kept = ({ record, stage }: Saving): Partial<WriteOf<'sales.opportunity'>> =>
  stage.kind === 'open' && record.probability !== null ? {} : { probability: stage.probability }

/** Records that come from elsewhere have been in their stage for a while. */
function sinceWhen({ close_date, engaged_on }: Opportunity, { kind }: Stage, now: string): string {
  const day = kind === 'open' ? engaged_on : close_date
  return day !== null && day < now.slice(0, 10) ? `${day}T00:00:00Z` : now
}

export function expected(amount: MoneyInput | null, probability: string | number | null): MoneyInput | null {
  if (amount === null || probability === null) return null
  const share = decimal.divide(probability, 100) ?? '0'
  return { amount: decimal.round(decimal.multiply(amount.amount, share), 2), currency: amount.currency }
}

type Place = Pick<Stage, 'id' | 'kind' | 'position' | 'pipeline'>

export function kindOfChange(from: Place | null, to: Place): Change {
  if (to.kind === 'won') return 'won'
  if (to.kind === 'lost') return 'lost'
  if (from === null) return 'opened'
  if (from.kind !== 'open') return 'reopened'
  if (from.pipeline !== to.pipeline) return 'moved'
  return to.position >= from.position ? 'forward' : 'back'
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Whole hundredths, never less than 0: clocks of several servers differ. */
export function daysBetween(from: string, to: string): string {
  const days = Math.max(0, (Date.parse(to) - Date.parse(from)) / DAY_MS)
  return decimal.round(days.toFixed(4), 2)
}

/** The next open stage of the pipeline, by position. */
export const nextStage = (stages: readonly Stage[], { position }: Pick<Stage, 'position'>): Stage | undefined =>
  stages.filter((one) => one.kind === 'open' && one.position > position).sort(byPosition)[0]

export const firstStage = (stages: readonly Stage[]): Stage | undefined =>
  stages.filter(({ kind }) => kind === 'open').sort(byPosition)[0]

const byPosition = (a: Stage, b: Stage): number => a.position - b.position
