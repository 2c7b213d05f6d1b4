// Several statements as one transaction on a connection of one's own.
import type { Transaction } from '../run/database.ts'

/** @param lockTimeoutMs how long to wait for others before giving up: whoever comes later waits behind us */
export async function transact(
  connection: Transaction,
  statements: readonly string[],
  lockTimeoutMs: number,
): Promise<void> {
  try {
    const first = `SET LOCAL lock_timeout = '${lockTimeoutMs}ms'`
    await connection.execute(['BEGIN', first, ...statements, 'COMMIT'].join(';\n'))
  } catch (error) {
    await connection.execute('ROLLBACK').catch(() => undefined)
    throw error
  }
}
