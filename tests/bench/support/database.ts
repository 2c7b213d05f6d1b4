// The bench's own connection: makes the hand-written table out of ours, with the same rows and the same indexes.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'
import { socketHost } from '../../../kernel/platform/postgres-url.ts'
import { COLUMNS } from './bench-entity.ts'

export interface BenchDatabase {
  /** `hand.item` with our rows, `hand.history`. */
  prepareHand(): Promise<void>
  /** A table like ours with its rows and indexes, for a bare COPY. */
  likeOurs(): Promise<void>
  copy(lines: Iterable<string>): Promise<void>
  someIds(count: number): Promise<string[]>
  /** Statistics and a checkpoint, so that what follows does not pay for what was before. */
  settle(): Promise<void>
  close(): Promise<void>
}

export function openDatabaseForBench(url: string): BenchDatabase {
  const sql = postgres(url, { ...socketHost(url), max: 1, onnotice: () => undefined })
  const names = COLUMNS.map(({ name }) => `"${name}"`).join(', ')
  const ours = async (): Promise<string> => {
    const [row] = await sql<{ name: string }[]>`
      select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname like 't\\_%' and c.relkind = 'r' and c.relname like '%item' order by c.relpages desc limit 1`
    if (!row) throw new Error('the table of the bench entity is not there')
    return row.name
  }
  return {
    async prepareHand() {
      const types = COLUMNS.map(({ name, sqlType }) => `"${name}" ${sqlType}`).join(', ')
      await sql.unsafe('create schema hand')
      await sql.unsafe(`create table hand.item (id uuid primary key, version int not null default 1, ${types},
        created_at timestamptz not null default now(), updated_at timestamptz not null default now(), deleted_at timestamptz)`)
      await sql.unsafe(`create table hand.history (id bigint generated always as identity primary key, item uuid not null, version int not null,
        at timestamptz not null default now(), operation text not null, changes jsonb not null)`)
      await sql.unsafe(`insert into hand.item (id, ${names}) select id, ${names} from ${await ours()}`)
      await sql.unsafe('create index on hand.history (item)')
      for (const columns of ['code, id', 'amount, id', 'name, id', 'created_at, id'])
        await sql.unsafe(`create index on hand.item (${columns})`)
      await sql.unsafe('vacuum analyze hand.item')
    },
    async likeOurs() {
      const table = await ours()
      await sql.unsafe(`create schema bare; create table bare.item (like ${table} including all)`).simple()
      await sql.unsafe(`insert into bare.item select * from ${table}`)
    },
    async copy(lines) {
      await pipeline(
        Readable.from(lines),
        await sql.unsafe(`copy bare.item (id, display_name, ${names}) from stdin`).writable(),
      )
    },
    async someIds(count) {
      const rows = await sql.unsafe<{ id: string }[]>(
        `select id from ${await ours()} tablesample system (20) limit ${count}`,
      )
      return rows.map((row) => row.id)
    },
    async settle() {
      await sql.unsafe('analyze')
      await sql.unsafe('checkpoint').catch(() => undefined)
    },
    close: () => sql.end({ timeout: 5 }),
  }
}
