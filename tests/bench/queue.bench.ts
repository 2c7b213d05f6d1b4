// Taking up work while much of it waits, as after a bulk load that leaves a hook every record: eight pieces are taken and
// done, again and again, with a thousand waiting and with many. Beside it pg-boss by itself, over the same rows.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PgBoss } from 'pg-boss'
import { createLogger } from '../../kernel/platform/log.ts'
import { startEmbeddedPostgres } from '../../kernel/platform/postgres-embedded.ts'
import { type BossDatabase, openBossDatabase } from '../../kernel/queue/boss-database.ts'
import { queueOf } from '../../kernel/queue/kinds.ts'
import { firstTurn, keepIndex, takeReady } from '../../kernel/queue/take.ts'
import { type Bench, median, type Row, rounded } from './support/results.ts'

const KIND = 'bench.kind'
const MANY = Number(process.env['RELATA_BENCH_ROWS'] ?? 200_000)
const FEW = 1_000
const ROUNDS = 60
const BATCH = 8

export const bench: Bench = async (say) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-bench-'))
  chmodSync(folder, 0o711)
  const log = createLogger({ logLevel: 'warn', logFormat: 'text' })
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log })
  const db = openBossDatabase(postgres.url)
  const boss = new PgBoss({ db, schema: 'pgboss', registerInstance: false, supervise: false, schedule: false })
  try {
    await boss.start()
    await keepIndex(db)
    await boss.createQueue(KIND, queueOf({ name: KIND, handler: async () => undefined, rules: {} }))
    const turn = firstTurn()
    const ours = () => takeReady(db, KIND, turn, { most: BATCH, perTenant: BATCH })
    const theirs = () => boss.fetch(KIND, { batchSize: BATCH, groupConcurrency: BATCH })
    await fill(db, FEW)
    const few = await takeAndDoMs(boss, ours)
    await fill(db, MANY)
    const many = await takeAndDoMs(boss, ours)
    const alone = await takeAndDoMs(boss, theirs, 5)
    say(
      `${FEW} waiting ${rounded(few)} ms, ${MANY} waiting ${rounded(many)} ms, pg-boss by itself ${rounded(alone)} ms`,
    )
    return rows(few, many, alone)
  } finally {
    await boss.stop({ graceful: false })
    await db.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function rows(few: number, many: number, alone: number): Row[] {
  const crowd = MANY.toLocaleString('en')
  return [
    {
      what: `8 taken and done, ${crowd} waiting against 1,000`,
      value: rounded(many / few),
      unit: 'ratio',
      goal: '<= 1.5',
    },
    {
      what: `the same against pg-boss by itself, ${crowd} waiting`,
      value: rounded(many / alone, 4),
      unit: 'ratio',
      goal: null,
    },
    { what: `8 taken and done, ${crowd} waiting`, value: rounded(many), unit: 'ms', goal: null },
  ]
}

/** Of three tenants, each row in a key of its own, as hooks of a bulk load are. */
async function fill(db: BossDatabase, count: number): Promise<void> {
  await db.executeSql('DELETE FROM pgboss.job WHERE name = $1', [KIND])
  await db.executeSql(
    `INSERT INTO pgboss.job (name, policy, data, singleton_key, group_id, retry_limit, expire_seconds)
     SELECT $1, 'key_strict_fifo', json_build_object('schema', 't' || n % 3), 't' || n % 3 || '/hook/' || n, 't' || n % 3, 1000000, 900
     FROM generate_series(1, $2::int) AS n`,
    [KIND, count],
  )
  await db.executeSql('ANALYZE pgboss.job')
}

async function takeAndDoMs(boss: PgBoss, take: () => Promise<{ id: string }[]>, rounds = ROUNDS): Promise<number> {
  const times: number[] = []
  for (let round = -2; round < rounds; round++) {
    const startMs = performance.now()
    const taken = await take()
    if (taken.length !== BATCH) throw new Error(`${taken.length} of ${BATCH} were taken`)
    await boss.complete(
      KIND,
      taken.map(({ id }) => id),
    )
    if (round >= 0) times.push(performance.now() - startMs)
  }
  return median(times)
}
