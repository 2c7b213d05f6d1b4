// What is decided stays, unless somebody who may has said why it should not.
import type { BeforeContext } from 'relata/plugin'
import type { Opportunity, Stage } from './stages.ts'

/** @param before the opportunity as it is @param to where it would go */
export async function mayLeave(records: BeforeContext['records'], before: Opportunity, to: Stage): Promise<boolean> {
  if (before.state === 'open' || before.state === null || before.stage === to.id) return true
  const filter = {
    and: [
      { '==': [{ var: 'opportunity' }, before.id] },
      { '==': [{ var: 'stage' }, to.id] },
      ...(before.stage_since === null ? [] : [{ '>=': [{ var: 'created_at' }, before.stage_since] }]),
    ],
  }
  return (await records.count('sales.reopening', filter)) > 0
}
