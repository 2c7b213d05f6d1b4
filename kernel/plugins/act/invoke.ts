// Runs one entry of a plugin: the one place from which its code is started. What it did is told to the journal.
import type { Actor } from '../../actor.ts'
import type { Context } from '../../run/context.ts'
import type { EntryKind, Outcome } from '../../sandbox/contract.ts'
import type { ActRoom } from './act-room.ts'
import { openBroker } from './broker.ts'
import type { ActivePlugin } from '../contract.ts'
import { Counters, LimitReached } from './counters.ts'
import { limitsOf } from '../limits.ts'
import type { Records } from './own-transaction.ts'
import { readCode } from '../plugin-rows.ts'

export interface Entry {
  kind: Exclude<EntryKind, 'describe'>
  name: string
}

export interface PluginCall {
  plugin: ActivePlugin
  entry: Entry
  /** Beside what every entry is given: who it is for, and settings. */
  input: Readonly<Record<string, unknown>>
  /** Of who acts, the plugin cut in. */
  context: Context
  records: Records
  /** How many records the run is for. Default: one. */
  size?: number
  signal?: AbortSignal
  onWritten?: (entity: string, id: string) => void
  /** Of a version that is not installed, and where it runs: what it breaks counts against no other. */
  code?: { text: string; place: string }
}

/** As the generated types promise them: what nobody has filled in is null, and is not kept. */
const settingsOf = ({ manifest, settings }: ActivePlugin): Readonly<Record<string, unknown>> =>
  Object.fromEntries((manifest.settings ?? []).map(({ name }) => [name, settings[name] ?? null]))

/** @returns never throws for what a plugin does; what the database does is thrown as it comes */
export async function invokePlugin(room: ActRoom, call: PluginCall): Promise<Outcome> {
  const { plugin, entry, context, records } = call
  const { tenant } = context.loaded
  const limits = limitsOf(entry.kind, call.size)
  const over = new AbortController()
  const signal = call.signal ? AbortSignal.any([call.signal, over.signal]) : over.signal
  const told = { tenant, plugin, kind: entry.kind, entry: entry.name, actor: personOf(context.actor)?.userId ?? null }
  const run = {
    room,
    plugin,
    kind: entry.kind,
    context,
    records,
    counters: new Counters(limits.host),
    signal,
    onWritten: call.onWritten ?? (() => undefined),
  }
  const broker = openBroker(run, told)
  let outcome: Outcome
  try {
    outcome = await room.sandbox.invoke({
      code: { ...codeOf(room, tenant.schema, plugin, call.code), tenant: tenant.schema },
      entry,
      input: { user: userOf(context.actor), settings: settingsOf(plugin), ...call.input },
      now: context.environment.now,
      limits: limits.sandbox,
      host: broker.host,
      ...(call.signal ? { signal: call.signal } : {}),
    })
  } finally {
    over.abort()
  }
  const { ended } = broker
  if (ended && !(ended instanceof LimitReached)) throw ended
  // However the code took it.
  const last: Outcome = ended ? { ...withoutValue(outcome), ok: false, failure: limitFailure(ended) } : outcome
  room.journal.ran(told, last)
  const refusal = isForPerson(entry) && !last.ok && last.failure.kind === 'failed' ? last.failure.error.message : ''
  const refused = broker.refusedWith(refusal)
  if (refused) throw refused
  return last
}

/** Whoever waits for the answer is told a refusal that the code let through as it was said: with what to do about it. */
const isForPerson = ({ kind }: Entry): boolean => kind === 'action' || kind === 'route'

const limitFailure = ({ limit, used, max }: LimitReached) => ({ kind: 'limit', limit, used, max }) as const

const withoutValue = ({ usage, logs }: Outcome) => ({ usage, logs })

function codeOf(
  { database, rehearsal }: ActRoom,
  schema: string,
  { name, version, hash }: ActivePlugin,
  code: PluginCall['code'],
) {
  if (code) return { plugin: code.place, version, hash, load: async () => code.text }
  const load = async (): Promise<string> =>
    rehearsal?.plugin === name ? rehearsal.code : ((await readCode(database, schema, name))?.code ?? '')
  return { plugin: rehearsal?.placeOf(name) ?? name, version, hash, load }
}

/** Who it acts for; null: itself. */
const personOf = (actor: Actor): Actor | null => (actor.kind === 'plugin' ? null : actor)

function userOf(actor: Actor) {
  const person = personOf(actor)
  return person && { id: person.userId, name: person.displayName, locale: person.locale, timeZone: person.timeZone }
}
