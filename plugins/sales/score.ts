// What a lead is worth, from what is known of it. Every point has a factor that people can read, so that nobody has to
// believe a number.
import type { RecordOf } from 'relata/plugin'

type Lead = RecordOf<'sales.lead'>
export type Factor = NonNullable<Lead['score_factors']>[number]
/** What the score is made of. */
export type Scored = Pick<
  Lead,
  'email' | 'phone' | 'company' | 'job_title' | 'source' | 'budget' | 'timeframe' | 'employees'
>

export const POINTS: Readonly<Record<Factor, number>> = {
  business_email: 15,
  phone: 10,
  company: 10,
  decision_maker: 20,
  warm_source: 15,
  budget: 15,
  soon: 15,
  large: 10,
  free_email: -5,
  later: -15,
}

const FREE_MAIL =
  /@(gmail|googlemail|hotmail|outlook|live|yahoo|icloud|gmx|web|aol|proton|protonmail|mail|yandex|bk|list|inbox|rambler)\.[a-z.]+$/i
/** Those who sign orders, as they call themselves in English, German and Russian. */
const DECIDES =
  /\b(c[efto]o|vp|chief|president|owner|founder|partner|director|head)\b|\b(inhaber|geschäftsführer|leiter|vorstand)|директор|руководител|начальник|владел|глава/i
const WARM: ReadonlySet<Lead['source']> = new Set(['web', 'referral', 'event', 'partner'])

export function factorsOf(lead: Scored): Factor[] {
  const email = lead.email ?? ''
  const holds: readonly (readonly [Factor, boolean])[] = [
    ['business_email', email !== '' && !FREE_MAIL.test(email)],
    ['phone', lead.phone !== null],
    ['company', lead.company !== null],
    ['decision_maker', DECIDES.test(lead.job_title ?? '')],
    ['warm_source', WARM.has(lead.source)],
    ['budget', lead.budget !== null],
    ['soon', lead.timeframe === 'month' || lead.timeframe === 'quarter'],
    ['large', (lead.employees ?? 0) >= 100],
    ['free_email', FREE_MAIL.test(email)],
    ['later', lead.timeframe === 'later'],
  ]
  return holds.filter(([, isSo]) => isSo).map(([factor]) => factor)
}

export interface Thresholds {
  hot_from: number | null
  warm_from: number | null
}

export function scoreOf(lead: Scored, { hot_from, warm_from }: Thresholds) {
  const score_factors = factorsOf(lead)
  const sum = score_factors.reduce((total, factor) => total + POINTS[factor], 0)
  const score = Math.max(0, Math.min(100, sum))
  const rating = score >= (hot_from ?? 60) ? 'hot' : score >= (warm_from ?? 30) ? 'warm' : 'cold'
  return { score, rating, score_factors } as const
}
