// What rights cost: the list of 50 of somebody who sees a part of a million records, against the administrator's same
// list in the same rounds.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { createLogger } from '../../kernel/platform/log.ts'
import { startEmbeddedPostgres } from '../../kernel/platform/postgres-embedded.ts'
import { socketHost } from '../../kernel/platform/postgres-url.ts'
import { ADMIN, type ServerUnderTest, startServer } from '../support/start-server.ts'
import {
  ACCESS_PACKAGE,
  caseRow,
  makeReaders,
  makeTeams,
  makeZones,
  PARTS,
  type Reader,
  shareLines,
} from './support/access-data.ts'
import { cpuMsOfTree } from './support/cpu.ts'
import { Client, drive } from './support/requests.ts'
import { type Bench, median, type Row, rounded } from './support/results.ts'

const ROWS = Number(process.env['RELATA_BENCH_ROWS'] ?? 1_000_000)
const ROUNDS = 5
const LANES = 8
const COUNT = 400
const PART = 100_000
const api = '/api/v1/bench'
const LIST = `${api}/records/bench.case?sort=-amount&limit=50`

export const bench: Bench = async (say) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-bench-'))
  chmodSync(folder, 0o711)
  const embedded = await startEmbeddedPostgres({
    dataFolder: folder,
    log: createLogger({ logLevel: 'warn', logFormat: 'text' }),
  })
  const sql = postgres(embedded.url, { ...socketHost(embedded.url), max: 1, onnotice: () => undefined })
  let server: ServerUnderTest | undefined
  try {
    server = await startServer({ dataFolder: path.join(folder, 'server'), env: { DATABASE_URL: embedded.url } })
    const { url, pid } = server
    const client = await prepared(url)
    const readers = await makeReaders(client, async (key) => {
      const headers = { authorization: `Bearer ${key}` }
      const asked = new Client(url, headers)
      const { user_id } = JSON.parse((await asked.send({ method: 'GET', path: `${api}/me` })).text)
      return { userId: user_id, headers }
    })
    await fill(say, client, sql, readers)
    const cpu = () => cpuMsOfTree(pid) + cpuMsOfTree(embedded.pid())
    const rows: Row[] = []
    for (const part of PARTS) {
      for (const reader of readers.filter((one) => one.part === part)) {
        const ratio = await compare(say, reader, client, new Client(url, reader.headers), cpu)
        const isWide = part === '10 %'
        const what = `restricted list, ${reader.what}, ${part} visible: CPU / administrator's CPU`
        rows.push({ what, value: rounded(ratio), unit: 'ratio', goal: isWide ? '<= 1.3' : '<= 5' })
      }
    }
    rows.push({ what: 'explain', value: rounded(await explain(client, readers)), unit: 'ms', goal: '< 50' })
    return rows
  } finally {
    await server?.stop()
    await sql.end({ timeout: 5 })
    await embedded.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Why may they see it: of each reader, of a record from the middle. */
async function explain(client: Client, readers: readonly Reader[]): Promise<number> {
  const { data } = JSON.parse((await client.send({ method: 'GET', path: `${LIST}&offset=5000` })).text)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++)
    for (const { userId } of readers) {
      const start = performance.now()
      const path = `${api}/records/bench.case/${data[round]?.id}/access?user=${userId}`
      const { status } = await client.send({ method: 'GET', path })
      if (status !== 200) throw new Error(`explain answered ${status}`)
      times.push(performance.now() - start)
    }
  return median(times)
}

async function prepared(url: string): Promise<Client> {
  const guest = new Client(url, { origin: url })
  const answer = await guest.send({ method: 'POST', path: '/api/auth/sign-in/email', body: JSON.stringify(ADMIN) })
  const cookies = (answer.headers['set-cookie'] as string[] | undefined) ?? []
  guest.close()
  const client = new Client(url, { origin: url, cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') })
  const send = (address: string, body: unknown) =>
    client.send({ method: 'POST', path: address, body: JSON.stringify(body) })
  await send('/api/tenants', { title: 'Bench', slug: 'bench', kind: 'empty' })
  await send(`${api}/metadata/publish`, { packages: [ACCESS_PACKAGE] })
  return client
}

async function fill(
  say: (line: string) => void,
  client: Client,
  sql: postgres.Sql,
  readers: readonly Reader[],
): Promise<void> {
  say(`loading ${ROWS.toLocaleString('en')} cases`)
  const teams = await makeTeams(client, readers)
  const zones = await makeZones(client)
  const load = async (entity: string, lines: readonly string[]): Promise<void> => {
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await client.send({ method: 'POST', path: `${api}/bulk/${entity}`, headers, body: lines.join('\n') })
    const { accepted } = JSON.parse(answer.text)
    if (accepted !== lines.length) throw new Error(`only ${accepted} of ${lines.length}: ${answer.text.slice(0, 500)}`)
  }
  for (let start = 0; start < ROWS; start += PART) {
    const size = Math.min(PART, ROWS - start)
    await load(
      'bench.case',
      Array.from({ length: size }, (_, index) => JSON.stringify(caseRow(start + index, teams, zones))),
    )
  }
  const [table] = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname like 't\\_%' and tablename like '%case'`
  const ids = await sql.unsafe<{ id: string }[]>(`select id from ${table?.name ?? ''}`)
  const shares = shareLines(
    readers,
    ids.map(({ id }) => id),
  )
  say(`sharing ${shares.length.toLocaleString('en')} of them`)
  for (let start = 0; start < shares.length; start += PART)
    await load('system.share', shares.slice(start, start + PART))
  await sql.unsafe('vacuum analyze')
  await sql.unsafe('checkpoint').catch(() => undefined)
}

async function compare(
  say: (line: string) => void,
  reader: Reader,
  administrator: Client,
  restricted: Client,
  cpu: () => number,
): Promise<number> {
  const measure = async (client: Client): Promise<number> => {
    const before = cpu()
    await drive(client, LANES, COUNT, () => ({ method: 'GET', path: LIST }))
    return (cpu() - before) / COUNT
  }
  const ratios: number[] = []
  let last = [0, 0]
  for (let round = -1; round < ROUNDS; round++) {
    last = [await measure(administrator), await measure(restricted)]
    if (round >= 0) ratios.push((last[1] ?? 0) / (last[0] ?? 1))
  }
  restricted.close()
  say(`${reader.what}, ${reader.part}: ${last[1]?.toFixed(2)} ms, administrator ${last[0]?.toFixed(2)} ms`)
  return median(ratios)
}
