// What a dry run sees: the tenant as it would be with the candidate, and a room from which nothing leaves.
import { randomUUID } from 'node:crypto'
import type { Snapshot } from '../../../sdk/metadata/snapshot.ts'
import type { Actor } from '../../actor.ts'
import { runSql } from '../../auth/system-table.ts'
import { Model } from '../../catalog/model.ts'
import type { ActRoom } from '../../plugins/act/act-room.ts'
import { openRehearsal } from '../../plugins/act/rehearsal.ts'
import type { Candidate } from '../../plugins/contract.ts'
import { NO_JOURNAL } from '../../plugins/journal/journal-contract.ts'
import { writePluginUser } from '../../plugins/plugin-face.ts'
import { createPluginSet } from '../../plugins/plugin-set.ts'
import { type Context, makeContext } from '../../run/context.ts'
import type { Reserved } from '../../run/database.ts'
import type { Stage } from '../../schema/publisher.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { ident, sql, toStatement } from '../../sql/sql.ts'
import { createBeforeHooks } from '../before.ts'

export interface DryWorld {
  room: ActRoom & { rehearsal: NonNullable<ActRoom['rehearsal']> }
  loaded: LoadedTenant
  /** Of the administrator. */
  context: Context
  candidate: Candidate
  tx: Reserved
  clear(): void
}

/** Of one statement: what is tried must not go on when nobody waits any more. */
const STATEMENT_MS = 10_000

export async function openDryWorld(
  given: ActRoom,
  { tenant, model, plugins }: LoadedTenant,
  actor: Actor,
  chosen: Candidate,
  { tx, snapshot }: Stage,
): Promise<DryWorld> {
  await tx.execute(`SET LOCAL statement_timeout = '${STATEMENT_MS}ms'`)
  const id = randomUUID()
  const own = await withOwnNumbers(tx, snapshot ?? model.snapshot, id)
  const dry = new DryModel(own, snapshot ? undefined : model.pending, id)
  const userId = chosen.plugin.userId || (await writePluginUser(tx, dry, chosen.plugin.name, chosen.label))
  const candidate = { ...chosen, plugin: { ...chosen.plugin, userId } }
  const others = plugins.all.filter(({ name }) => name !== candidate.plugin.name)
  const loaded = { tenant, model: dry, plugins: createPluginSet([...others, candidate.plugin], dry) }
  const rehearsal = openRehearsal(candidate.plugin.name, candidate.code, id)
  const room: DryWorld['room'] = {
    ...given,
    rehearsal,
    journal: NO_JOURNAL,
    hooks: createBeforeHooks(() => room),
  }
  const context = makeContext(loaded, actor, room.seal, room.guards, room.hooks)
  return { room, loaded, context, candidate, tx, clear: () => rehearsal.clear(given.sandbox, tenant.schema) }
}

/** Statements that are made for it are nobody else's, whatever its version. */
class DryModel extends Model {
  private readonly id: string

  constructor(snapshot: Snapshot, pending: ReadonlySet<string> | undefined, id: string) {
    super(snapshot, pending)
    this.id = id
  }

  override get key(): string {
    return `${super.key}~dry ${this.id}`
  }
}

/** Automatic numbers of its own, since PostgreSQL takes no number back: those that people see must have no gaps by this. */
async function withOwnNumbers(tx: Reserved, snapshot: Snapshot, id: string): Promise<Snapshot> {
  const { schema } = snapshot
  const own = new Map<string, string>()
  const entities = snapshot.entities.map((entity) => ({
    ...entity,
    fields: entity.fields.map((field) => {
      const { sequence } = field.options
      if (sequence === undefined) return field
      const name = own.get(sequence) ?? `_dry_${own.size}_${id}`
      own.set(sequence, name)
      return { ...field, options: { ...field.options, sequence: name } }
    }),
  }))
  for (const [sequence, name] of own) {
    const [row] = await runSql(tx, sql`SELECT last_value + is_called::int FROM ${ident(schema, sequence)}`)
    const made = toStatement(sql`CREATE SEQUENCE ${ident(schema, name)}`).text
    await tx.execute(`${made} START WITH ${BigInt(row?.[0] ?? 1)}`)
  }
  return own.size === 0 ? snapshot : { ...snapshot, entities }
}
