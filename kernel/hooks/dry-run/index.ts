// A dry run: hooks of a plugin on the records that were changed last, in a transaction that is rolled back. Tells for each
// hook and record what it would have changed, refused or sent, before it is let near a real save.
import { setTimeout as pause } from 'node:timers/promises'
import { RelataError } from '../../../sdk/errors.ts'
import { didYouMean, nearest } from '../../../sdk/metadata/nearest.ts'
import { hookKey } from '../../../sdk/plugin/asks.ts'
import type { AfterHook, BeforeHook } from '../../../sdk/plugin/behaviour.ts'
import type { WireDryHook, WireDryRecord, WireDryRun } from '../../../sdk/wire/plugins.ts'
import type { EntityModel } from '../../catalog/model.ts'
import type { ActRoom } from '../../plugins/act/act-room.ts'
import type { Candidate } from '../../plugins/contract.ts'
import type { Context } from '../../run/context.ts'
import type { SchemaPublisher } from '../../schema/publisher.ts'
import type { Subject } from '../set-fields.ts'
import { type DryWorld, openDryWorld } from './dry-world.ts'
import { concerning, realChanges } from './real-changes.ts'
import { tryAfter } from './try-after.ts'
import { tryBefore } from './try-before.ts'
import type { Tried } from './tried.ts'

export interface DryRun {
  candidate: Candidate
  /** Qualified name. */
  entity: string
  /** One of its hooks; undefined: all. */
  hook: string | undefined
  records: readonly { id: string; display_name: string }[]
}

/** All records together. */
const MOST_MS = 20_000
/** While tables are changed by what is not published yet, everybody else waits. */
const MOST_MS_WITH_TABLES = 3_000

/** @throws RL201 RL205 no such entity or hook · RL408 RL200 the metadata has problems · RL502 the tables are busy */
export async function dryRun(
  room: ActRoom,
  publisher: Pick<SchemaPublisher, 'rehearse'>,
  { loaded, actor }: Context,
  run: DryRun,
): Promise<WireDryRun> {
  const { candidate } = run
  const { schema } = loaded.tenant
  // It keeps a connection like any other run of a plugin.
  await room.places.take(schema)
  try {
    return await publisher.rehearse(loaded.tenant, candidate.source ? [candidate.source] : [], async (stage) => {
      const world = await openDryWorld(room, loaded, actor, candidate, stage)
      try {
        return await tryAll(world, run, stage.holdsTables ? MOST_MS_WITH_TABLES : MOST_MS)
      } finally {
        world.clear()
      }
    })
  } finally {
    room.places.giveBack(schema)
  }
}

type Part =
  | { when: 'before'; hook: BeforeHook; told: WireDryHook }
  | { when: 'after'; hook: AfterHook; told: WireDryHook }

async function tryAll(world: DryWorld, run: DryRun, mostMs: number): Promise<WireDryRun> {
  const { loaded, context, tx, candidate } = world
  const entity = loaded.model.entity(run.entity)
  const parts = partsOf(world, entity, run.hook)
  const ids = run.records.map(({ id }) => id)
  const changes = await realChanges(context, tx, entity, ids)
  const records: WireDryRecord[] = []
  const over = AbortSignal.timeout(mostMs)
  const now = new Date().toISOString()
  for (const { id, display_name: label } of run.records) {
    const subject: Subject = { id, body: {}, free: new Set() }
    for (const part of parts) {
      if (over.aborted) break
      const change = concerning(entity, part.hook, changes.get(id) ?? [], now)
      const tried = change && (await tryPart(world, entity, part, subject, change, over))
      if (!tried) continue
      count(part.told, tried)
      if (tried.outcome === 'nothing') continue
      records.push({ id, label, hook: part.hook.name, operation: change.operation, ...tried })
    }
    // Whoever else is served by this process gets a turn.
    await pause(0)
  }
  return {
    data: {
      entity: entity.entity.name,
      version: candidate.plugin.version,
      tried: run.records.length,
      isComplete: !over.aborted,
      hooks: parts.map(({ told }) => told),
      records,
    },
  }
}

function tryPart(
  world: DryWorld,
  entity: EntityModel,
  part: Part,
  subject: Subject,
  change: Parameters<typeof tryBefore>[4],
  over: AbortSignal,
): Promise<Tried | undefined> {
  return part.when === 'before'
    ? tryBefore(world, entity, part.hook, subject, change)
    : tryAfter(world, entity, part.hook, subject.id, change, over)
}

/** Hooks of this entity, with the operations that they were granted. @throws RL205 */
function partsOf({ loaded: { model }, candidate: { plugin } }: DryWorld, entity: EntityModel, name?: string): Part[] {
  const { before, after } = plugin.behaviour
  const isHere = (hook: BeforeHook | AfterHook): boolean => model.find(hook.entity) === entity
  const granted = <H extends BeforeHook | AfterHook>(when: Part['when'], hook: H) => {
    const on = hook.on.filter((one) => plugin.grants.has(hookKey(when, hook.entity, one)))
    return { hook: { ...hook, on }, told: toldOf(when, { ...hook, on }) }
  }
  const all: Part[] = [
    ...before.filter(isHere).map((hook) => ({ when: 'before' as const, ...granted('before', hook) })),
    ...after.filter(isHere).map((hook) => ({ when: 'after' as const, ...granted('after', hook) })),
  ]
  if (name === undefined || all.some(({ hook }) => hook.name === name))
    return all.filter(({ hook }) => name === undefined || hook.name === name)
  const names = all.map(({ hook }) => hook.name)
  const list = names.length > 0 ? `It has ${names.join(', ')}.` : 'It has none.'
  throw new RelataError('RL205', `${plugin.name} has no hook “${name}” on ${entity.entity.name}.`, {
    hint: didYouMean(nearest(name, names)) ?? list,
  })
}

function toldOf(when: Part['when'], { name, label, on, fields }: BeforeHook | AfterHook): WireDryHook {
  const counts = { records: 0, changed: 0, refused: 0, failed: 0, sent: 0 }
  return { name, label: label ?? null, on, when, fields: fields ?? null, ...counts }
}

function count(told: WireDryHook, { outcome }: Tried): void {
  told.records++
  if (outcome !== 'nothing') told[outcome]++
}
