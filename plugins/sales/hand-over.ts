// Leads and opportunities to other owners: one person, or the members of a team in turn.
import { type ActionResult, type Context, refuse } from 'relata/plugin'
import { messageOf, outcome, text } from './texts.ts'

interface To {
  new_owner: string | null
  team: string | null
}

export async function handOver(
  entity: 'sales.lead' | 'sales.opportunity',
  ids: readonly string[],
  to: To,
  { records }: Context,
): Promise<ActionResult> {
  const owners = to.new_owner ? [to.new_owner] : to.team ? await membersOf(to.team, records) : []
  if (owners.length === 0) refuse(NOBODY, to.team ? 'team' : 'new_owner')
  const failures: string[] = []
  for (const [index, id] of ids.entries()) {
    const owner = owners[index % owners.length] ?? null
    try {
      await records.update(entity, id, { owner })
    } catch (error) {
      if (ids.length === 1) throw error
      failures.push(messageOf(error))
    }
  }
  const said = (count: number) => text(`${count} handed over.`, `Передано: ${count}.`, `${count} übergeben.`)
  return { message: outcome(ids.length - failures.length, failures, said) }
}

const NOBODY = text(
  'Say who gets them: a person, or a team with members.',
  'Укажите, кому передать: человека или команду, в которой есть участники.',
  'Sagen Sie, an wen: eine Person oder ein Team mit Mitgliedern.',
)

/** Those who are active, in the order of their names. */
async function membersOf(team: string, records: Context['records']): Promise<string[]> {
  const filter = { and: [{ '==': [{ var: 'team' }, team] }, { '==': [{ var: 'user.active' }, true] }] }
  const { data } = await records.list('system.team_members', { filter, sort: 'user.name', limit: 200 })
  return data.map(({ user }) => user)
}
