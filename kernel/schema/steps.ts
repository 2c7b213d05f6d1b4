// A plan as its reader sees it: each change in words with the statements it takes, then what nobody asked for by name but
// follows from it, then what goes on in the background.
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { NewJob } from '../jobs/job-rows.ts'
import type { PlanStep } from '../services.ts'
import { createIndex } from './ddl.ts'
import { type Change, differences, plain, type Side } from './difference.ts'
import { JOB_KINDS } from './later-work.ts'
import type { Deed } from './reconcile.ts'
import { tenantTables } from './tenant-tables.ts'

export function firstStep(schema: string): PlanStep {
  return { text: 'make the schema of the organisation', kind: 'add', phase: 'now', sql: tenantTables(schema) }
}

/** The kernel's own tables as this server knows them; nothing to a person who reads the plan. */
export function ownTables(schema: string): PlanStep {
  return { text: 'bring the system’s own tables up to date', kind: 'change', phase: 'now', sql: tenantTables(schema) }
}

export function describe(old: Side | undefined, now: Side, deeds: readonly Deed[]): PlanStep[] {
  const after = now.snapshot
  const left = new Set(deeds)
  const take = (isMine: (deed: Deed) => boolean): Deed[] => {
    const mine = [...left].filter(isMine)
    for (const deed of mine) left.delete(deed)
    return mine
  }
  const steps = differences(old, now).map((change): PlanStep => {
    const mine = change.entityId === undefined ? [] : take((deed) => belongs(deed, change))
    const text = `${change.text}${isBack(change, after, mine) ? ' (with what was kept of it)' : ''}`
    return { text, kind: change.kind, phase: 'now', sql: mine.flatMap(({ sql }) => sql) }
  })
  return [...steps, ...[...left].map((deed) => leftover(deed, after))]
}

function belongs(deed: Deed, change: Change): boolean {
  if (deed.entityId !== change.entityId || change.kind === 'rename') return false
  return change.fieldId === undefined ? change.kind === 'add' : deed.fieldId === change.fieldId
}

/** Something stored is added, and its table or column is there already. */
function isBack(change: Change, after: Snapshot, deeds: readonly Deed[]): boolean {
  if (change.kind !== 'add' || change.entityId === undefined) return false
  const entity = after.entities.find(({ id }) => id === change.entityId)
  if (change.fieldId === undefined) return !deeds.some(({ kind, table }) => kind === 'table' && table === entity?.table)
  const field = entity?.fields.find(({ id }) => id === change.fieldId)
  const isStored = (field?.columns.length ?? 0) > 0
  return isStored && !deeds.some(({ kind }) => kind === 'column' || kind === 'table')
}

function leftover(deed: Deed, after: Snapshot): PlanStep {
  const { kind, sql } = deed
  return {
    text: `${WORDS[kind]} ${subject(deed, after)}`,
    kind: kind === 'drop index' ? 'change' : 'add',
    phase: 'now',
    sql,
  }
}

const WORDS: Readonly<Record<Deed['kind'], string>> = {
  table: 'make a table for roll-ups of',
  column: 'add a column to',
  sequence: 'make a sequence for',
  index: 'build an index of',
  'drop index': 'remove an index of',
}

function subject({ entityId, index }: Deed, after: Snapshot): string {
  const entity = after.entities.find(({ id }) => id === entityId)
  const fields = index ? ` (${index.fields.join(', ')})` : ''
  return `${entity ? plain(entity.label) : entityId}${fields}`
}

/** One job an entity: what is missing is looked up when it runs. */
export function indexJobs(deeds: readonly Deed[], snapshot: Snapshot): NewJob[] {
  return [...new Set(deeds.map(({ entityId }) => entityId))].map((entityId) => {
    const entity = snapshot.entities.find(({ id }) => id === entityId)
    return {
      kind: JOB_KINDS.indexes,
      title: `Build indexes of ${entity ? plain(entity.label) : entityId}`,
      payload: { entityId },
    }
  })
}

export function laterSteps(
  schema: string,
  deeds: readonly Deed[],
  jobs: readonly NewJob[],
  snapshot: Snapshot,
): PlanStep[] {
  const indexes = deeds.map(
    (deed): PlanStep => ({
      text: `build an index of ${subject(deed, snapshot)}`,
      kind: 'add',
      phase: 'later',
      sql: deed.index ? [createIndex(schema, deed.table, deed.index, true)] : [],
    }),
  )
  const others = jobs
    .filter(({ kind }) => kind !== JOB_KINDS.indexes)
    .map(({ title }): PlanStep => ({ text: lowerFirst(title), kind: 'change', phase: 'later', sql: [] }))
  return [...indexes, ...others]
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
