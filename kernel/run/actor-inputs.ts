// Who asks, and when, as the values that statements are told: names of inputs that rules (`env:`) and rights (`acl:`)
// use.
import type { RuleEnvironment } from '../../sdk/rules/index.ts'
import { type Actor, type Circle, onBehalfOf, writerOf } from '../actor.ts'
import { environmentInputs } from '../rules/environment.ts'
import { maskOf, SHARED_MASK } from '../sql/shared-with.ts'

export type ActorInputs = Readonly<Record<string, string | null>>

/** What rules may ask of the moment and of the actor; made once a request, so that one request knows one moment. */
export function environmentOf({ userId, timeZone, circle }: Actor): RuleEnvironment {
  return {
    now: new Date().toISOString(),
    timeZone,
    me: userId,
    teams: circle.teams,
    teamsBelow: circle.teamsBelow,
    organisation: circle.organisation,
  }
}

/** Whom a write is put down to. */
export const writerInputs = (actor: Actor): Record<string, string | null> => ({
  actor: writerOf(actor),
  on_behalf: onBehalfOf(actor),
  depth: String(actor.plugin?.depth ?? 0),
})

export function actorInputs(actor: Actor, environment: RuleEnvironment): ActorInputs {
  const made = known.get(actor) ?? reachOf(actor)
  known.set(actor, made)
  return { ...made, ...environmentInputs(environment) }
}

/** Made once an actor: the same object serves all requests until its rights are looked up anew. */
const known = new WeakMap<Actor, ActorInputs>()

function reachOf({ userId, circle }: Actor): ActorInputs {
  const principals = [userId, ...circle.teams, ...(circle.organisation ? [circle.organisation] : [])]
  return {
    'acl:principals': uuids(principals),
    [SHARED_MASK]: maskOf(principals),
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
