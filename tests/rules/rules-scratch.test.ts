import { expect, test } from 'vitest'
import { openDatabase } from '../../kernel/run/database.ts'
import { createTestDatabase } from '../support/test-database.ts'
test('x', async () => {
  const { url } = await createTestDatabase()
  const db = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  const q = async (s: string, p: (string|null)[] = []) => { try { return (await db.query(s, p))} catch (e) { return String(e) + ' ' + String((e as {cause?: unknown}).cause ?? '') } }
  console.log(await q(`select 1e23::float8::text, 9007199254740993::float8::text, 5e-324::float8::text, version(), (select collversion from pg_collation where collname='und-x-icu')`))
  for (const n of [200, 500, 1000, 2000, 5000]) { console.log(n, String(await q(`select ${'('.repeat(n)}1${'+1)'.repeat(n)}`)).slice(0,100)) }
  for (const n of [64, 200, 500, 1000, 2000]) { let s='x.a'; for (let i=0;i<n;i++) s=`NULLIF(NULLIF(LEAST(GREATEST(round(${s} * 2::numeric, 20), -1e40), 1e40), 1e40), -1e40)`; const t=performance.now(); console.log('settled', n, String(await q(`select ${s} from (select 1::numeric as a) x`)).slice(0,100), performance.now()-t) }
  console.log(await q(`select concat(${Array(101).fill("'a'").join()})`))
  const cps: string[] = []
  for (let c = 1; c <= 0x10ffff; c++) if (c < 0xd800 || c > 0xdfff) cps.push(String.fromCodePoint(c))
  const bad: string[] = []
  for (let i = 0; i < cps.length; i += 20000) {
    const part = cps.slice(i, i + 20000)
    const [row] = await db.query(`select string_agg(lower(c collate "und-x-icu"), chr(10) order by o) from unnest($1::text[]) with ordinality as u(c, o) where c <> chr(10)`, ['{' + part.map((c) => `"${c.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join() + '}'])
    const got = String(row?.[0]).split('\n')
    part.filter((c) => c !== '\n').forEach((c, k) => { if (got[k] !== c.toLowerCase()) bad.push(c.codePointAt(0)!.toString(16)) })
  }
  console.log(process.versions.icu, process.versions.unicode, bad.length, bad.slice(0, 50).join())
  await db.close()
  expect(1).toBe(1)
}, 100000)
