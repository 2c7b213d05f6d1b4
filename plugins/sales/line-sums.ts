// The amount of an opportunity follows its lines, unless somebody said that it does not.
import { type AfterEvent, type Context, decimal } from 'relata/plugin'

/** Worked out from what is there, not from what happened: told twice, it comes to the same. */
export async function sumLines(event: AfterEvent<'sales.opportunity_line'>, { records }: Context): Promise<void> {
  const { record } = event
  if (record === null) return
  const deal = await records.get('sales.opportunity', record.opportunity)
  if (deal === null || deal.amount_from_lines === false || deal.state !== 'open') return
  const currency = record.total?.currency ?? deal.amount?.currency
  const sum = deal.number_of_lines === 0 ? null : deal.lines_total
  if (currency === undefined || sum === null || sum === undefined) return
  const isRight = deal.amount !== null && decimal.compare(deal.amount.amount, sum) === 0
  if (!isRight) await records.update('sales.opportunity', deal.id, { amount: { amount: sum, currency } })
}
