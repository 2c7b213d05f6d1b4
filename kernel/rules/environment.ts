// What rules ask of the moment and of whoever asks, as inputs of a statement: the text is the same for everybody.
import type { RuleEnvironment } from '../../sdk/rules/types.ts'
import { input, type Sql } from '../sql/sql.ts'

export const ENVIRONMENT = {
  now: input('env:now', 'timestamptz'),
  zone: input('env:zone', 'text'),
  me: input('env:me', 'uuid'),
  teams: input('env:teams', 'uuid[]'),
  teamsBelow: input('env:teams_below', 'uuid[]'),
  organisation: input('env:organisation', 'uuid'),
} as const satisfies Readonly<Record<string, Sql>>

/** Values of these inputs. A statement whose rules ask for none of them has no place for them, which does no harm. */
export function environmentInputs(environment: RuleEnvironment): Record<string, string | null> {
  return {
    'env:now': environment.now,
    'env:zone': environment.timeZone,
    'env:me': environment.me,
    'env:teams': `{${environment.teams.join(',')}}`,
    'env:teams_below': `{${environment.teamsBelow.join(',')}}`,
    'env:organisation': environment.organisation,
  }
}
