// A draft as if it were published: its statements in a transaction that is rolled back, whatever is done in between.
import type { Reserved } from '../run/database.ts'

/** Somebody may be waiting for the tables that the draft touches. */
const LOCK_MS = 600

/** @throws RL501 RL502 the tables are busy */
export async function rehearse<T>(
  connection: Reserved,
  statements: readonly string[],
  work: (connection: Reserved) => Promise<T>,
): Promise<T> {
  await connection.execute(`BEGIN; SET LOCAL lock_timeout = '${LOCK_MS}ms'`)
  try {
    if (statements.length > 0) await connection.execute(statements.join(';\n'))
    return await work(connection)
  } finally {
    await connection.execute('ROLLBACK')
  }
}
