// What a person is told when a plugin refused, failed, or could not be run.
import { type Problem, RelataError } from '../../../sdk/errors.ts'
import { textFor } from '../../../sdk/fields/label.ts'
import type { Text } from '../../../sdk/metadata/source.ts'
import type { Model } from '../../catalog/model.ts'
import type { Failure } from '../../sandbox/contract.ts'
import { plain } from '../../schema/difference.ts'
import type { ActivePlugin } from '../contract.ts'
import type { Entry } from './invoke.ts'

/** As its package is called. */
export const pluginTitle = (model: Model, name: string): string =>
  plain(model.snapshot.packages.find((one) => one.name === name)?.label ?? name)

/** Always public: people are told what stands in their way, and by whom. */
export function failureError(
  model: Model,
  { name }: Pick<ActivePlugin, 'name'>,
  entry: Entry,
  failure: Failure,
): RelataError {
  const title = pluginTitle(model, name)
  const members = { plugin: name, entry: `${entry.kind} ${entry.name}` }
  const common = { isPublic: true, members }
  const where = `in “${entry.name}”`
  switch (failure.kind) {
    case 'refused':
      return refusedError(name, failure.message, failure.field)
    case 'failed':
      return new RelataError('RL403', `The plugin “${title}” failed ${where}.`, {
        ...common,
        cause: failure.error,
        hint: 'Its log, on the page of the plugin, tells its author why.',
      })
    case 'limit': {
      const { limit, used, max } = failure
      return new RelataError(
        'RL401',
        `The plugin “${title}” wanted more than a run may have ${where}: ${limit}, ${used} of ${max}.`,
        {
          ...common,
          members: { ...members, limit, used, max },
          hint: 'Nothing of it was kept. Its author can ask for less at a time.',
        },
      )
    }
    case 'timeout':
      return new RelataError(
        'RL406',
        `The plugin “${title}” took longer than ${Math.round(failure.afterMs)} ms ${where}.`,
        {
          ...common,
          hint: 'Nothing of it was kept. Try again; if it stays so, an administrator can switch the plugin off.',
        },
      )
    case 'lost':
    case 'cancelled':
      return new RelataError('RL407', `The plugin “${title}” was cut off ${where}.`, {
        ...common,
        hint: 'Nothing of it was kept. Try again.',
      })
    case 'paused': {
      const { untilMs } = failure
      const seconds = untilMs === null ? undefined : Math.max(1, Math.ceil((untilMs - Date.now()) / 1000))
      return new RelataError('RL405', `The plugin “${title}” is paused, because it failed too often.`, {
        ...common,
        members: { ...members, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) },
        hint:
          seconds === undefined
            ? 'An administrator can let it run again, on its page.'
            : `It runs again in ${seconds} s, or when an administrator lets it, on its page.`,
      })
    }
  }
}

/** The plugin said no, which is its right: its words, in all languages that it has them in. */
export function refusedError(plugin: string, message: Text, field: string | null): RelataError {
  const words = textFor(message, 'en')
  const problem: Problem = { path: field === null ? '' : `/${field}`, key: 'refused', message: words, text: message }
  return new RelataError('RL402', words, { problems: [problem], members: { plugin } })
}
