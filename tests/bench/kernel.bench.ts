// The finished API (signed in, rights, checks, history, event) against handlers written by hand for the one table, on
// the same PostgreSQL, over the same million rows. Rounds of the two alternate, so that both meet the same machine.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger } from '../../kernel/platform/log.ts'
import { startEmbeddedPostgres } from '../../kernel/platform/postgres-embedded.ts'
import { ADMIN, freePort, type ServerUnderTest, startServer } from '../support/start-server.ts'
import { BENCH_PACKAGE, benchRow, COLUMNS } from './support/bench-entity.ts'
import { bulkRows, copyRows } from './support/bulk.ts'
import { cpuMsOfTree, rssMb } from './support/cpu.ts'
import { openDatabaseForBench, type BenchDatabase } from './support/database.ts'
import { type Call, Client, drive } from './support/requests.ts'
import { type Bench, median, type Row, rounded } from './support/results.ts'

const ROWS = Number(process.env['RELATA_BENCH_ROWS'] ?? 1_000_000)
const ROUNDS = 5
const LANES = [1, 8, 32]
/** Such as `get,list`, while working on one of them. */
const ONLY = process.env['RELATA_BENCH_ONLY']?.split(',')
/** Requests of one measurement: a second or two of work, since processor time is counted in steps of 10 ms. */
const COUNTS = { get: 2_000, list: 500, create: 1_000, update: 1_000 }

interface Side {
  client: Client
  /** Of Node. */
  pid: number
  next: Record<Action, () => Call>
}
type Action = keyof typeof COUNTS

const GOALS: Record<Action, { what: string; goal: string }> = {
  get: { what: 'get one', goal: '>= 0.8' },
  list: { what: 'list 50', goal: '>= 1.3' },
  create: { what: 'create', goal: '>= 0.6' },
  update: { what: 'update', goal: '>= 0.6' },
}

export const bench: Bench = async (say) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-bench-'))
  chmodSync(folder, 0o711)
  const log = createLogger({ logLevel: 'warn', logFormat: 'text' })
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log })
  const database = openDatabaseForBench(postgres.url)
  const env = { DATABASE_URL: postgres.url }
  let server: ServerUnderTest | undefined
  let hand: { stop(): void } | undefined
  try {
    server = await startServer({ dataFolder: path.join(folder, 'server'), env })
    const client = await signIn(server.url)
    await client.send({
      method: 'POST',
      path: '/api/tenants',
      body: JSON.stringify({ title: 'Bench', slug: 'bench', kind: 'empty' }),
    })
    await publish(client, BENCH_PACKAGE)
    say(`loading ${ROWS.toLocaleString('en')} rows`)
    const bulk = await bulkRatio(say, client, database)
    await database.prepareHand()
    const writer = await startHand(postgres.url)
    hand = writer
    const ids = await database.someIds(20_000)
    const ours: Side = { client, pid: server.pid, next: ourCalls(ids) }
    const theirs: Side = { client: new Client(writer.url), pid: writer.pid, next: theirCalls(ids) }
    const rows: Row[] = []
    const actions = (Object.keys(COUNTS) as Action[]).filter((action) => ONLY?.includes(action) ?? true)
    for (const action of actions) rows.push(...(await compare(say, action, ours, theirs, postgres.pid())))
    rows.push(...bulk)
    rows.push({ what: 'memory of Node after the above', value: rounded(rssMb(server.pid), 0), unit: 'MB', goal: null })
    rows.push(await addField(client))
    await server.stop()
    const startedMs = performance.now()
    server = await startServer({ dataFolder: path.join(folder, 'server'), env })
    rows.push({ what: 'start-up', value: rounded(performance.now() - startedMs, 0), unit: 'ms', goal: null })
    rows.push({ what: 'memory of Node after start', value: rounded(rssMb(server.pid), 0), unit: 'MB', goal: null })
    return rows
  } finally {
    hand?.stop()
    await server?.stop()
    await database.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As a person: the session cookie is what every request brings. */
async function signIn(url: string): Promise<Client> {
  const guest = new Client(url, { origin: url })
  const answer = await guest.send({ method: 'POST', path: '/api/auth/sign-in/email', body: JSON.stringify(ADMIN) })
  const cookies = (answer.headers['set-cookie'] as string[] | undefined) ?? []
  guest.close()
  return new Client(url, { origin: url, cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') })
}

const api = '/api/v1/bench'

async function publish(client: Client, source: unknown): Promise<void> {
  await client.send({ method: 'POST', path: `${api}/metadata/publish`, body: JSON.stringify({ packages: [source] }) })
}

async function addField(client: Client): Promise<Row> {
  const files = structuredClone(BENCH_PACKAGE.files) as Record<string, { fields: unknown[] }>
  files['entities/item.json']?.fields.push({ name: 'added', type: 'text' })
  const startedMs = performance.now()
  await publish(client, { name: 'bench', files })
  return {
    what: 'add a field at 1 million rows',
    value: rounded(performance.now() - startedMs, 0),
    unit: 'ms',
    goal: null,
  }
}

async function bulkRatio(say: (line: string) => void, client: Client, database: BenchDatabase): Promise<Row[]> {
  const part = Math.min(ROWS, 200_000)
  await bulkRows(client, `${api}/bulk/bench.item`, 0, ROWS - part)
  await database.settle()
  // Both meet the table when it is nearly full: indexes cost what they cost in earnest.
  const oursMs = await bulkRows(client, `${api}/bulk/bench.item`, ROWS - part, ROWS)
  await database.likeOurs()
  await database.settle()
  const bareMs = await copyRows(database, ROWS, ROWS + part)
  const [ours, bare] = [part / (oursMs / 1000), part / (bareMs / 1000)]
  say(`bulk: ${Math.round(ours)} rows/s, bare COPY: ${Math.round(bare)} rows/s`)
  return [
    { what: 'bulk load, rows per second / bare COPY', value: rounded(ours / bare), unit: 'ratio', goal: '>= 0.25' },
    { what: 'bulk load', value: Math.round(ours), unit: 'rows/s', goal: null },
  ]
}

async function compare(
  say: (line: string) => void,
  action: Action,
  ours: Side,
  theirs: Side,
  postgresPid: number,
): Promise<Row[]> {
  const { what, goal } = GOALS[action]
  const rows: Row[] = []
  const ratios: number[] = []
  for (const lanes of LANES) {
    const found = { ours: [] as Measure[], theirs: [] as Measure[] }
    for (let round = -1; round < ROUNDS; round++) {
      const a = await measure(ours, action, lanes, postgresPid)
      const b = await measure(theirs, action, lanes, postgresPid)
      // The first round warms up: statements are prepared, code is compiled.
      if (round < 0) continue
      found.ours.push(a)
      found.theirs.push(b)
    }
    const cpu = [median(found.ours.map((one) => one.cpuMs)), median(found.theirs.map((one) => one.cpuMs))] as const
    const rate = [
      median(found.ours.map((one) => one.perSecond)),
      median(found.theirs.map((one) => one.perSecond)),
    ] as const
    ratios.push(cpu[1] / cpu[0])
    say(
      `${what} ×${lanes}: CPU ${cpu[0].toFixed(3)} ms, by hand ${cpu[1].toFixed(3)} ms; ${Math.round(rate[0])}/s, by hand ${Math.round(rate[1])}/s`,
    )
    rows.push({
      what: `${what}, ${lanes} at once: throughput / by hand`,
      value: rounded(rate[0] / rate[1]),
      unit: 'ratio',
      goal: null,
    })
    rows.push({ what: `${what}, ${lanes} at once: CPU per request`, value: rounded(cpu[0], 3), unit: 'ms', goal: null })
  }
  return [{ what: `${what}: CPU by hand / CPU`, value: rounded(median(ratios)), unit: 'ratio', goal }, ...rows]
}

interface Measure {
  /** Node and PostgreSQL, per request. */
  cpuMs: number
  perSecond: number
}

async function measure(side: Side, action: Action, lanes: number, postgresPid: number): Promise<Measure> {
  const count = COUNTS[action]
  const cpu = () => cpuMsOfTree(side.pid) + cpuMsOfTree(postgresPid)
  const before = cpu()
  const tookMs = await drive(side.client, lanes, count, side.next[action])
  return { cpuMs: (cpu() - before) / count, perSecond: count / (tookMs / 1000) }
}

const STAGES = ['new', 'open', 'offered', 'won', 'lost']

function ourCalls(ids: readonly string[]): Side['next'] {
  const item = (id: string) => `${api}/records/bench.item/${id}`
  let number = 5_000_000
  let turn = 0
  const filters = STAGES.map((stage) => encodeURIComponent(JSON.stringify({ '==': [{ var: 'stage' }, stage] })))
  return {
    get: () => ({ method: 'GET', path: item(pick(ids, turn++)) }),
    list: () => ({
      method: 'GET',
      path: `${api}/records/bench.item?filter=${filters[turn++ % STAGES.length]}&sort=-amount&limit=50`,
    }),
    create: () => ({ method: 'POST', path: `${api}/records/bench.item`, body: JSON.stringify(benchRow(number++)) }),
    update: () => ({
      method: 'PATCH',
      path: item(pick(ids, turn++)),
      headers: { 'if-match': '*' },
      body: change(turn),
    }),
  }
}

function theirCalls(ids: readonly string[]): Side['next'] {
  let number = 6_000_000
  let turn = 0
  return {
    get: () => ({ method: 'GET', path: `/items/${pick(ids, turn++)}` }),
    list: () => ({ method: 'GET', path: `/items?stage=${STAGES[turn++ % STAGES.length]}` }),
    create: () => ({ method: 'POST', path: '/items', body: JSON.stringify(benchRow(number++)) }),
    update: () => ({ method: 'PATCH', path: `/items/${pick(ids, turn++)}`, body: change(turn) }),
  }
}

/** Spread over the table, and never the same record for two requests at a time. */
const pick = (ids: readonly string[], turn: number): string => ids[(turn * 7_919) % ids.length] ?? ''

const change = (turn: number): string =>
  JSON.stringify({ remark: `Changed in turn ${turn} at ${Math.floor(performance.now())}`, quantity: turn })

async function startHand(databaseUrl: string): Promise<{ url: string; pid: number; stop(): void }> {
  const port = await freePort()
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'support/hand-written.ts')], {
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(`${url}/items/00000000-0000-0000-0000-000000000000`).catch(() => null)) break
    await delay(50)
  }
  return { url, pid: child.pid ?? 0, stop: () => void child.kill('SIGTERM') }
}

if (COLUMNS.length !== 20) throw new Error('the bench is about 20 columns')
