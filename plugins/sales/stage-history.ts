// A line for every change of stage, and what a won deal means for its account. Told twice, it is written once.
import type { AfterEvent, Context } from 'relata/plugin'
import { daysBetween, kindOfChange, type Opportunity } from './stages.ts'

type Event = AfterEvent<'sales.opportunity'>

export async function writeStageChange(event: Event, { records, log }: Context): Promise<void> {
  const { record, id } = event
  if (record?.stage == null) return log.debug('The opportunity is gone', event.recordId)
  const to = await records.get('sales.stage', record.stage)
  if (to === null) return
  const last = await lastChange(records, record.id)
  if (last?.event === id || last?.to_stage === to.id) return
  const from = last?.to_stage ? await records.get('sales.stage', last.to_stage) : null
  await records.create('sales.stage_change', {
    opportunity: record.id,
    summary: from ? `${from.name} → ${to.name}` : to.name,
    kind: kindOfChange(from, to),
    from_stage: from?.id ?? null,
    to_stage: to.id,
    changed_at: last === undefined ? (record.stage_since ?? event.at) : event.at,
    changed_by: record.updated_by,
    days: last === undefined ? null : daysBetween(last.changed_at, event.at),
    amount: record.amount,
    event: id,
  })
}

async function lastChange(records: Context['records'], opportunity: string) {
  const filter = { '==': [{ var: 'opportunity' }, opportunity] }
  const { data } = await records.list('sales.stage_change', { filter, sort: '-changed_at', limit: 1 })
  return data[0]
}

/** Whoever has bought is a customer. */
export async function welcomeCustomer(record: Opportunity | null, { records }: Context): Promise<void> {
  if (record?.state !== 'won' || record.account === null) return
  const account = await records.get('base.organisation', record.account, { select: 'roles,sales_account_status' })
  if (account === null) return
  const roles = (account.roles ?? []).filter((role) => role !== 'prospect')
  const isCustomer = account.roles?.includes('customer') === true
  if (isCustomer && account.sales_account_status === 'active') return
  await records.update('base.organisation', record.account, {
    roles: isCustomer ? roles : [...roles, 'customer'],
    sales_account_status: 'active',
  })
}
