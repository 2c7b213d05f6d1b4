import postgres from 'postgres'
import { expect, test } from 'vitest'
import { socketHost } from '../../kernel/platform/postgres-url.ts'
import { createTestDatabase, type Template } from './test-database.ts'

let builds = 0
const template: Template = {
  name: 'numbers',
  async build(url) {
    builds++
    const sql = postgres(url, { ...socketHost(url), max: 1 })
    await sql`create table number as select generate_series(1, 10) as value`
    await sql.end()
  },
}

async function count(url: string): Promise<number> {
  const sql = postgres(url, { ...socketHost(url), max: 1 })
  const [row] =
    await sql`delete from number where value = (select min(value) from number) returning (select count(*)::int from number) as rows`
  await sql.end()
  return row?.['rows']
}

test('clones of a template do not see each other', async () => {
  const first = await createTestDatabase(template)
  const second = await createTestDatabase(template)
  expect(await count(first.url)).toBe(10)
  expect(await count(first.url)).toBe(9)
  expect(await count(second.url)).toBe(10)
  expect(builds).toBe(1)
})
