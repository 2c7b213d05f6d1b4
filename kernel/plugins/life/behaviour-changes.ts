// What the code of one version does that another does not, in words an administrator reads. Pure.
import type { Behaviour } from '../../../sdk/plugin/behaviour.ts'
import { NO_BEHAVIOUR } from '../../../sdk/plugin/behaviour.ts'

export interface BehaviourChange {
  text: string
  kind: 'add' | 'retire'
}

export function behaviourChanges(before: Behaviour = NO_BEHAVIOUR, after: Behaviour): BehaviourChange[] {
  const [old, now] = [wordsOf(before), wordsOf(after)]
  return [
    ...now.filter((text) => !old.includes(text)).map((text) => ({ text: `add ${text}`, kind: 'add' }) as const),
    ...old.filter((text) => !now.includes(text)).map((text) => ({ text: `take out ${text}`, kind: 'retire' }) as const),
  ]
}

function wordsOf({ before, after, actions, jobs, routes }: Behaviour): string[] {
  const fieldsOf = ({ fields }: { fields?: readonly string[] }) => (fields ? ` of ${fields.join(', ')}` : '')
  return [
    ...before.flatMap((hook) => {
      const else_ = hook.onFailure === 'refuse' ? 'when it fails the save is refused' : 'when it fails the save goes on'
      return hook.on.map((on) => `hook ${hook.name} before ${on} of ${hook.entity}${fieldsOf(hook)} (${else_})`)
    }),
    ...after.flatMap((hook) =>
      hook.on.map((on) => {
        const who = hook.as === 'plugin' ? 'with its own rights' : 'for whoever made the change'
        return `hook ${hook.name} after ${on} of ${hook.entity}${fieldsOf(hook)} (${who})`
      }),
    ),
    ...actions.map((name) => `action ${name}`),
    ...jobs.map(({ name, schedule, timeZone = 'UTC' }) =>
      schedule === undefined ? `job ${name}` : `job ${name} at ${schedule} (${timeZone})`,
    ),
    ...routes.map(({ name, method, path, access }) => `route ${name}: ${method} ${path} (${access})`),
  ]
}
