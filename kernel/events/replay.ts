// Telling again what happened. It is work of the queue itself, a piece at a time, so that it goes on after a restart and
// holds up nothing.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Database } from '../run/database.ts'
import type { Consumer, Queue, Work } from './contract.ts'
import { workOf } from './dispatcher.ts'
import { toldEvents, toldRange } from './outbox-rows.ts'

export interface ReplayOptions {
  database: Database
  log: Logger
  consumers: readonly Consumer[]
  queue: Queue
}

export interface Replays {
  begin(schema: string, which: { fromId?: string; since?: string; consumer?: string }): Promise<number>
}

interface Piece {
  afterId: string
  toId: string
  /** null: all. */
  consumer: string | null
}

const KIND = 'events.replay'
const PIECE = 200

export function openReplays({ database, log, consumers, queue }: ReplayOptions): Replays {
  const add = (schema: string, payload: Piece, tx?: Parameters<Queue['add']>[1]) =>
    queue.add([{ schema, kind: KIND, key: 'replay', payload }], tx)

  queue.handle(
    KIND,
    async ({ loaded, payload }: Work) => {
      // Written by us.
      const { afterId, toId, consumer } = payload as Piece
      const { schema } = loaded.tenant
      const asked = consumers.filter(({ name }) => consumer === null || name === consumer)
      await database.transaction(async (tx) => {
        const events = await toldEvents(tx, schema, { afterId, toId, limit: PIECE })
        const work = events.flatMap((event) => asked.flatMap((one) => workOf(one, event, loaded, log)))
        await queue.add(work, tx)
        const last = events.at(-1)
        if (last && events.length === PIECE) await add(schema, { afterId: last.id, toId, consumer }, tx)
      })
    },
    { title: () => 'Tell again what happened' },
  )

  return {
    async begin(schema, { consumer, ...from }) {
      if (consumer !== undefined && !consumers.some(({ name }) => name === consumer))
        throw new RelataError('RL206', `There is no consumer “${consumer}” of events.`, {
          hint: `There are: ${consumers.map(({ name }) => name).join(', ') || 'none'}.`,
        })
      const { count, ...range } = await toldRange(database, schema, from)
      if (count > 0) await add(schema, { ...range, consumer: consumer ?? null })
      return count
    },
  }
}
