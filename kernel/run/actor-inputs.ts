// Who asks, as the values that statements are told: names of inputs that rules (`env:`) and rights (`acl:`) use.
import type { Actor, Circle } from '../actor.ts'

export type ActorInputs = Readonly<Record<string, string | null>>

const known = new WeakMap<Actor, ActorInputs>()

/** Made once an actor: the same object serves all requests until its rights are looked up anew. */
export function actorInputs(actor: Actor): ActorInputs {
  const made = known.get(actor) ?? make(actor)
  known.set(actor, made)
  return made
}

function make({ userId, circle }: Actor): ActorInputs {
  return {
    'env:me': userId,
    'env:teams': uuids(circle.teams),
    'env:teams_below': uuids(circle.teamsBelow),
    'env:organisation': circle.organisation,
    'acl:principals': uuids([userId, ...circle.teams, ...(circle.organisation ? [circle.organisation] : [])]),
    'acl:owners:reports': uuids([userId, ...circle.reports]),
    ...ofScope('team', userId, circle, circle.teams),
    ...ofScope('team_below', userId, circle, circle.teamsBelow),
    ...ofScope('unit', userId, circle, circle.unitTeams),
  }
}

function ofScope(
  scope: 'team' | 'team_below' | 'unit',
  userId: string,
  circle: Circle,
  teams: readonly string[],
): Record<string, string> {
  const people = [...new Set([userId, ...circle.reports, ...circle.people[scope]])]
  return { [`acl:owners:${scope}`]: uuids(people), [`acl:teams:${scope}`]: uuids(teams) }
}

const uuids = (ids: readonly string[]): string => `{${ids.join(',')}}`
