// Loading CSV files through the public API, with the API replaced: what is read, converted, looked up and refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { BulkApi } from '../../sdk/cli/load/api.ts'
import { readCell, readDate } from '../../sdk/cli/load/cells.ts'
import { checkMapping } from '../../sdk/cli/load/mapping.ts'
import { type FileReport, loadFiles } from '../../sdk/cli/load/run.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'relata-load-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Keeps rows in memory; `refuse` may turn one down as the server would. */
function memoryApi(refuse: (row: Record<string, unknown>) => string | undefined = () => undefined) {
  const tables = new Map<string, Record<string, unknown>[]>()
  const api: BulkApi = {
    find: async (entity, field, values) =>
      new Map(
        (tables.get(entity) ?? [])
          .filter((row) => values.includes(String(row[field])))
          .map((row) => [String(row[field]), String(row['id'])]),
      ),
    known: async (entity, fields, values) =>
      new Set(
        (tables.get(entity) ?? [])
          .filter((row) => values.includes(String(row[fields[0] ?? ''])))
          .map((row) => fields.map((field) => String(row[field] ?? '')).join('\u0000')),
      ),
    send: async (entity, rows) => {
      const table = tables.get(entity) ?? []
      tables.set(entity, table)
      const errors = rows.flatMap((row, at) => {
        const message = refuse(row)
        if (message === undefined) table.push({ ...row, id: `${entity}-${table.length}` })
        return message === undefined ? [] : [{ line: at + 1, message }]
      })
      return { accepted: rows.length - errors.length, rejected: errors.length, errors }
    },
  }
  return { api, tables }
}

async function load(api: BulkApi, mapping: unknown, useCorrections = true): Promise<FileReport[]> {
  const reports: FileReport[] = []
  for await (const report of loadFiles(api, folder, checkMapping(mapping), { useCorrections })) reports.push(report)
  return reports
}

const file = (name: string, text: string) => writeFileSync(path.join(folder, name), text)

describe('cells', () => {
  test('dates follow the format and must exist', () => {
    expect(readDate('3/1/2017', 'm/d/Y')).toEqual({ ok: true, value: '2017-03-01' })
    expect(readDate('01.03.2017', 'd.m.Y')).toEqual({ ok: true, value: '2017-03-01' })
    expect(readDate('1996', 'Y')).toEqual({ ok: true, value: '1996-01-01' })
    expect(readDate('2/30/2017', 'm/d/Y')).toMatchObject({ ok: false })
    expect(readDate('2017-03-01', 'm/d/Y')).toMatchObject({ ok: false })
  })

  test('amounts keep their digits and need a currency', () => {
    const column = { field: 'value', type: 'money' as const }
    expect(readCell('1054.10', { ...column, currency: 'USD' })).toEqual({
      ok: true,
      value: { amount: '1054.10', currency: 'USD' },
    })
    expect(readCell('EUR 12', column)).toEqual({ ok: true, value: { amount: '12', currency: 'EUR' } })
    expect(readCell('12', column)).toMatchObject({ ok: false })
    expect(readCell(' ', column)).toEqual({ ok: true, value: null })
  })

  test('what is told in millions becomes what it means, to the digit', () => {
    const millions = { field: 'value', times: '1000000' }
    expect(readCell('1100.04', { ...millions, type: 'decimal' })).toEqual({ ok: true, value: '1100040000' })
    expect(readCell('0.1', { ...millions, type: 'number' })).toEqual({ ok: true, value: 100000 })
    const amount = { amount: '251410000', currency: 'USD' }
    expect(readCell('251.41', { ...millions, type: 'money', currency: 'USD' })).toEqual({ ok: true, value: amount })
    expect(readCell('many', { ...millions, type: 'decimal' })).toMatchObject({ ok: false })
  })
})

describe('files', () => {
  const tree = {
    files: [
      {
        file: 'tree.csv',
        entity: 'x.node',
        key: 'name',
        columns: { name: 'name', above: { field: 'above', lookup: { entity: 'x.node', by: 'name' } } },
      },
    ],
  }

  test('records that point to each other go in waves', async () => {
    file('tree.csv', 'name,above\nleaf,branch\nbranch,root\nroot,\n')
    const { api, tables } = memoryApi()
    expect(await load(api, tree)).toMatchObject([{ lines: 3, created: 3, rejections: [] }])
    expect(tables.get('x.node')?.map((row) => row['name'])).toEqual(['root', 'branch', 'leaf'])
  })

  test('a circle and an unknown name are rejected by line', async () => {
    file('tree.csv', 'name,above\na,b\nb,a\nc,nobody\nd,\n')
    const [report] = await load(memoryApi().api, tree)
    expect(report?.created).toBe(1)
    expect(report?.rejections.map(({ line }) => line)).toEqual([2, 3, 4])
    expect(report?.rejections[2]).toMatchObject({ field: 'above', message: 'there is no x.node with name “nobody”' })
  })

  test('a second run leaves what is there', async () => {
    file('tree.csv', 'name,above\nroot,\nleaf,root\n')
    const { api } = memoryApi()
    await load(api, tree)
    expect(await load(api, tree)).toMatchObject([{ lines: 2, created: 0, existing: 2 }])
  })

  test('a key that comes twice is rejected, or merged when asked for', async () => {
    file('tree.csv', 'name,above\na,\na,\n')
    expect((await load(memoryApi().api, tree))[0]?.rejections).toMatchObject([
      { line: 3, message: '“a” was on line 2 already' },
    ])
    const [merged] = await load(memoryApi().api, { files: [{ ...tree.files[0], distinct: true }] })
    expect(merged).toMatchObject({ created: 1, existing: 1, rejections: [] })
  })

  test('what the server refuses is told with the line of the file', async () => {
    file('tree.csv', 'name,above\ngood,\nbad,\n')
    const { api } = memoryApi((row) => (row['name'] === 'bad' ? 'is not wanted' : undefined))
    expect(await load(api, tree)).toMatchObject([{ created: 1, rejections: [{ line: 3, message: 'is not wanted' }] }])
  })

  test('corrections can be left out', async () => {
    file('fix.csv', 'name\nGTXPro\n')
    const mapping = {
      files: [
        { file: 'fix.csv', entity: 'x.y', columns: { name: { field: 'name', corrections: { GTXPro: 'GTX Pro' } } } },
      ],
    }
    const { api, tables } = memoryApi()
    expect(await load(api, mapping)).toMatchObject([{ corrected: 1 }])
    expect(await load(api, mapping, false)).toMatchObject([{ corrected: 0 }])
    expect(tables.get('x.y')?.map((row) => row['name'])).toEqual(['GTX Pro', 'GTXPro'])
  })

  test('a column may feed several fields, texts may stand for values, and all records may get one', async () => {
    file('deals.csv', 'code,what,who,state\n1,Axe,Ann,Won\n2,Saw,,Open\n3,Saw,Bo,Gone\n')
    const { api, tables } = memoryApi()
    const mapping = {
      files: [
        {
          file: 'deals.csv',
          entity: 'x.deal',
          key: 'code',
          columns: {
            code: ['code', 'number'],
            what: { field: 'product', corrections: { Saw: 'Hand saw' } },
            who: 'buyer',
            state: [
              { field: 'stage', values: { Won: 'done', Open: 'begun' } },
              { field: 'reason', values: { Won: { why: 'price' }, Open: null, Gone: null } },
            ],
          },
          joined: { title: { columns: ['product', 'buyer'], with: ' – ' } },
          set: { source: 'import' },
        },
      ],
    }
    expect(() => checkMapping(mapping)).toThrow('joins the column “product”, which it does not name')
    const [given] = mapping.files
    if (given) given.joined.title.columns = ['what', 'who']
    const [report] = await load(api, mapping)
    expect(report?.rejections).toEqual([
      { line: 4, field: 'stage', message: 'is none of the texts that the mapping has values for (“Gone”)' },
    ])
    const common = { source: 'import' }
    expect(tables.get('x.deal')).toMatchObject([
      { ...common, code: '1', number: '1', stage: 'done', reason: { why: 'price' }, title: 'Axe – Ann' },
      { ...common, code: '2', number: '2', stage: 'begun', title: 'Hand saw' },
    ])
    expect(tables.get('x.deal')?.[1]).not.toHaveProperty('reason')
  })

  test('a key of several fields, references among them, tells links apart', async () => {
    file('who.csv', 'team,person\nEast,Ann\nEast,Bo\nWest,Ann\n')
    const { api, tables } = memoryApi()
    const named = (name: string) => ({ file: 'who.csv', entity: `x.${name}`, key: 'name', distinct: true })
    const reference = (name: string) => ({ field: name, lookup: { entity: `x.${name}`, by: 'name' } })
    const mapping = {
      files: [
        { ...named('team'), columns: { team: 'name' }, ignore: ['person'] },
        { ...named('person'), columns: { person: 'name' }, ignore: ['team'] },
        {
          file: 'who.csv',
          entity: 'x.member',
          key: ['team', 'person'],
          columns: { team: reference('team'), person: reference('person') },
        },
      ],
    }
    expect((await load(api, mapping)).map(({ created }) => created)).toEqual([2, 2, 3])
    expect((await load(api, mapping)).map(({ created, existing }) => [created, existing])).toEqual([
      [0, 3],
      [0, 3],
      [0, 3],
    ])
    expect(tables.get('x.member')).toHaveLength(3)
  })

  test('columns that nobody named stop the load', async () => {
    file('tree.csv', 'name,above,colour\na,,red\n')
    await expect(load(memoryApi().api, tree)).rejects.toThrow('columns that the mapping does not name: colour')
  })
})
