// Answers what the code of a plugin asks while it runs. Every question is checked here, against the table of
// capabilities, what was granted, and what the run may use; nothing that goes wrong tells more than a code and a sentence.
import { RelataError } from '../../../sdk/errors.ts'
import type { EntityModel } from '../../catalog/model.ts'
import { isReadableRight } from '../../plan/field-rights.ts'
import { notGranted, pluginRights } from '../../plan/plugin-rights.ts'
import type { Context } from '../../run/context.ts'
import { fromPostgres, isStalePlan } from '../../run/postgres-error.ts'
import type { HostAnswer, HostRefusal } from '../../sandbox/contract.ts'
import type { Field } from '../../../sdk/metadata/snapshot.ts'
import { CAPABILITIES, mayAsk, whereInstead } from './capabilities/index.ts'
import type { Run } from './capabilities/call.ts'
import { LimitReached } from './counters.ts'
import type { PluginRun } from '../journal/journal-contract.ts'

export interface Broker {
  host(method: string, args: unknown): Promise<HostAnswer>
  /** Why the run was ended from here; undefined: it was not. */
  readonly ended: LimitReached | RelataError | undefined
  /** What was answered with a no in these words. */
  refusedWith(message: string): RelataError | undefined
}

/** So many refusals are remembered, the last ones. */
const MOST_REFUSALS = 20

export function openBroker(given: Run, told: PluginRun): Broker {
  const watched = watchRights(given)
  const run: Run = { ...given, context: watched.context }
  let ended: LimitReached | RelataError | undefined
  const refusals = new Map<string, RelataError>()
  const end = (why: LimitReached | RelataError): HostAnswer => {
    ended ??= why
    const code = why instanceof LimitReached ? 'RL401' : why.code
    return { ok: false, isFatal: true, error: { code, message: why.message } }
  }
  const refusalOf = (error: RelataError): HostRefusal => {
    const refused = watched.explain(error)
    if (refused.code === 'RL404') given.room.journal.denied(told, keyOf(refused), refused.message)
    const { code, hint } = refused
    const message = withProblems(refused.message, refused)
    const [oldest] = refusals.keys()
    if (refusals.size >= MOST_REFUSALS && oldest !== undefined) refusals.delete(oldest)
    refusals.set(message, refused)
    return { code, message, ...(hint === undefined ? {} : { hint }) }
  }
  return {
    get ended() {
      return ended
    },
    refusedWith: (message) => refusals.get(message),
    async host(method, args) {
      if (ended) return end(ended)
      if (given.signal.aborted) return end(isOver())
      try {
        const capability = CAPABILITIES.get(method)
        if (!capability) throw new RelataError('RL404', `There is nothing called “${method.slice(0, 60)}” to ask for.`)
        if (!mayAsk(told.kind, method))
          throw new RelataError('RL404', `${told.kind} “${told.entry}” may not ask for ${method}.`, {
            hint: whereInstead(told.kind),
          })
        return { ok: true, value: await capability.ask(run, args) }
      } catch (cause) {
        if (cause instanceof LimitReached) return end(cause)
        const error = fromPostgres(cause)
        if (isStalePlan(cause)) return end(movedOn(cause))
        if (error instanceof RelataError && error.isPublic) return { ok: false, error: refusalOf(error) }
        // What can be tried again is not the plugin's to be told.
        if (error instanceof RelataError && error.code !== 'RL500') return end(error)
        // What was under way fails because it was given up.
        if (given.signal.aborted) return end(isOver())
        given.room.log.error({ err: cause, plugin: told.plugin.name, method }, 'a plugin')
        return end(new RelataError('RL500', 'Something went wrong on the server.', { cause }))
      }
    },
  }
}

const isOver = (): RelataError => new RelataError('RL407', 'The run is over.')

const movedOn = (cause: unknown): RelataError =>
  new RelataError('RL502', 'Something was published meanwhile.', { hint: 'Try again.', cause })

function keyOf({ members, message }: RelataError): string {
  const grants = members['grants']
  return Array.isArray(grants) ? grants.join(', ') : message
}

/** What is wrong and where, in one text: that is all that an Error of the guest has. */
function withProblems(message: string, { problems }: RelataError): string {
  const list = problems.slice(0, 10).map(({ path, message: what }) => `${path.slice(1)} ${what}`.trim())
  return list.length === 0 ? message : `${message} ${list.join('; ')}`
}

/** Remembers what was not readable last, so that a refusal names what the manifest lacks. */
function watchRights({ context, plugin }: Run): { context: Context; explain(error: RelataError): RelataError } {
  const { rights, model } = context
  let last: { entity: EntityModel; field: Field } | undefined
  const field: Context['rights']['field'] = (entity, one, write) => {
    const right = rights.field(entity, one, write)
    if (!isReadableRight(right)) last = { entity, field: one }
    return right
  }
  return {
    context: { ...context, rights: { ...rights, field } },
    explain(error) {
      if (error.code !== 'RL301' || !last) return error
      const own = pluginRights(model, plugin).field(last.entity, last.field)
      return isReadableRight(own) ? error : notGranted(plugin.name, last.entity, 'read', [last.field.name])
    },
  }
}
