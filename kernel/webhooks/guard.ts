// What may be written into `system.webhook`: whoever names an address and a role says where this organisation's data go.
import { RelataError } from '../../sdk/errors.ts'
import { requireAdminister } from '../auth/rights.ts'
import { runSql, systemTable, textArray } from '../auth/system-table.ts'
import { OutsideError, requireAllowed } from '../net/outside.ts'
import type { GuardedWrite, WriteGuard } from '../run/guard.ts'
import { param, sql } from '../sql/sql.ts'
import { forgetFailures, WEBHOOK_ENTITY } from './webhook-rows.ts'

/** Changing these may be what was wrong. */
const DECISIVE = ['url', 'secret', 'role', 'active']

export function webhookGuards(allowsPrivate: boolean): Readonly<Record<string, WriteGuard>> {
  return {
    webhook: async (write) => {
      const { tx, model, actor, operation, fields, ids } = write
      requireAdminister(model, actor)
      if (operation !== 'create' && operation !== 'update') return
      await requireAddresses(write, allowsPrivate)
      if (operation === 'update' && DECISIVE.some((field) => fields.has(field)))
        await forgetFailures(tx, model, param(textArray(ids), 'uuid[]'))
    },
  }
}

/** Names are looked up when they are called. @throws RL206 */
async function requireAddresses({ tx, model, ids }: GuardedWrite, allowsPrivate: boolean): Promise<void> {
  const { name, column: col } = systemTable(model, WEBHOOK_ENTITY)
  const rows = await runSql(
    tx,
    sql`SELECT ${col('url')} FROM ${name} WHERE ${col('id')} = ANY(${param(textArray(ids), 'uuid[]')})`,
  )
  for (const [url] of rows) {
    try {
      requireAllowed(new URL(url ?? ''), allowsPrivate)
    } catch (error) {
      const message = error instanceof OutsideError ? error.message : 'cannot be read'
      throw new RelataError('RL206', `The address of the webhook ${message}.`, {
        problems: [{ path: '/url', key: 'bad_address', message }],
      })
    }
  }
}
