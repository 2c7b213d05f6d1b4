// The public sales data set, published and loaded by the command line as a person does it, against totals that are worked
// out here from the CSV files. The data set is not in the repository: without it the tests are skipped and say so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import { type Ran, runRelata } from '../support/run-relata.ts'
import { cell, hasSalesData, type Line, NO_SALES_DATA, readSales, SALES_FOLDER, sumBy } from '../support/sales-data.ts'
import { signIn, type Visitor } from '../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'

if (!hasSalesData) console.log(`real-data.test.ts ${NO_SALES_DATA}`)

const PACKAGE = 'metadata/examples/crm_sales'
const MAPPING = `${PACKAGE}/load.json`
const value = (line: Line): number => Number(cell(line, 'close_value'))

describe.skipIf(!hasSalesData)('the sales data set', () => {
  let server: ServerUnderTest
  let person: Visitor
  let applied: Ran
  let sales: RelataPlace
  let loaded: Ran

  async function makeSalesPlace(slug: string): Promise<RelataPlace> {
    const place = await makePlace(server.url, person, slug)
    applied = await runRelata(['apply', PACKAGE, '--yes', '--note', 'the sales example'], { env: place.env })
    return place
  }

  beforeAll(async () => {
    server = await startServer()
    person = await signIn(server.url)
    sales = await makeSalesPlace('sales')
    loaded = await runRelata(['load', MAPPING, SALES_FOLDER], { env: sales.env })
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
  })

  test('its package is published from text files, once', async () => {
    expect(applied).toMatchObject({ code: 0, stderr: '' })
    expect(applied.stdout).toMatch(/Version \d+ is published\./)
    const again = await runRelata(['apply', PACKAGE, '--yes'], { env: sales.env })
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') })
  })

  test('with the corrections of the mapping every line is in', async () => {
    expect(loaded).toMatchObject({ code: 0, stderr: '' })
    const teams = readSales('sales_teams.csv')
    const expected = {
      'crm_sales.sales_team': new Set(teams.map((line) => cell(line, 'manager'))).size,
      'crm_sales.sales_agent': teams.length,
      'crm_sales.product': readSales('products.csv').length,
      'crm_sales.account': readSales('accounts.csv').length,
      'crm_sales.opportunity': readSales('sales_pipeline.csv').length,
    }
    const counts: Record<string, number> = {}
    for (const entity of Object.keys(expected)) {
      const [all] = await sales.relata.records.aggregate(entity, { measures: ['count'] })
      counts[entity] = Number(all?.['count'])
    }
    expect(counts).toEqual(expected)
    expect(counts['crm_sales.opportunity']).toBe(8800)
  })

  test('opportunities and values by stage are as in the file', async () => {
    const pipeline = readSales('sales_pipeline.csv')
    const groups = await sales.relata.records.aggregate('crm_sales.opportunity', {
      group: ['stage'],
      measures: ['count', 'sum:close_value.amount'],
    })
    const by = (measure: string) =>
      Object.fromEntries(groups.map((group) => [String(group['stage']), Number(group[measure])]))
    expect(by('count')).toEqual(sumBy(pipeline, 'deal_stage', () => 1))
    expect(by('sum:close_value.amount')).toEqual(sumBy(pipeline, 'deal_stage', value))
  })

  test('American dates are the days they mean', async () => {
    const pipeline = readSales('sales_pipeline.csv').filter((line) => cell(line, 'close_date') !== '')
    const closed = await sales.relata.records.aggregate('crm_sales.opportunity', {
      group: ['close_date'],
      measures: ['count'],
      filter: { '!=': [{ var: 'close_date' }, null] },
    })
    const expected = Object.entries(sumBy(pipeline, 'close_date', () => 1)).map(([text, count]) => {
      const [month = '', day = '', year = ''] = text.split('/')
      return [`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`, count] as const
    })
    const found = closed.map((group) => [group['close_date'], Number(group['count'])] as const)
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('opportunities without an account are kept without one', async () => {
    const filter = { '==': [{ var: 'account' }, null] }
    const [all] = await sales.relata.records.aggregate('crm_sales.opportunity', { measures: ['count'], filter })
    const expected = readSales('sales_pipeline.csv').filter((line) => cell(line, 'account') === '').length
    expect(expected).toBeGreaterThan(1000)
    expect(Number(all?.['count'])).toBe(expected)
  })

  test.each([
    ['crm_sales.account', 'account'],
    ['crm_sales.sales_agent', 'sales_agent'],
  ])('roll-ups of %s hold the sums of the file', async (entity, column) => {
    const won = readSales('sales_pipeline.csv').filter((line) => cell(line, 'deal_stage') === 'Won')
    const sums: Record<string, number> = {}
    const counts: Record<string, number> = {}
    const select = ['name', 'won_value', 'won_opportunities']
    for await (const record of sales.relata.records.all(entity, { select })) {
      if (Number(record['won_opportunities']) === 0) continue
      sums[String(record['name'])] = Number(record['won_value'])
      counts[String(record['name'])] = Number(record['won_opportunities'])
    }
    expect(sums).toEqual(sumBy(won, column, value))
    expect(counts).toEqual(sumBy(won, column, () => 1))
  })

  test('subsidiaries stand below their parents', async () => {
    const parents: Record<string, unknown> = {}
    for await (const { name, subsidiary_of: above } of sales.relata.records.all('crm_sales.account', {
      select: ['name', 'subsidiary_of(name)'],
      filter: { '!=': [{ var: 'subsidiary_of' }, null] },
    })) {
      parents[String(name)] = typeof above === 'object' && above !== null && 'name' in above ? above.name : above
    }
    const lines = readSales('accounts.csv').filter((line) => cell(line, 'subsidiary_of') !== '')
    expect(parents).toEqual(
      Object.fromEntries(lines.map((line) => [cell(line, 'account'), cell(line, 'subsidiary_of')])),
    )
  })

  test('a second run finds everything there and makes nothing', async () => {
    const again = await runRelata(['load', MAPPING, SALES_FOLDER], { env: sales.env })
    expect(again).toMatchObject({ code: 0, stderr: '' })
    const total = /^total\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+(\d+)$/m.exec(again.stdout)?.slice(1).map(Number)
    const lines = ['sales_teams.csv', 'sales_teams.csv', 'products.csv', 'accounts.csv', 'sales_pipeline.csv']
    const count = lines.reduce((sum, name) => sum + readSales(name).length, 0)
    expect(total).toEqual([count, 0, count, 0])
  }, 60_000)

  test('without corrections every faulty line is named, with its number and the reason', async () => {
    const strict = await makeSalesPlace('strict')
    const ran = await runRelata(['load', MAPPING, SALES_FOLDER, '--no-corrections'], { env: strict.env })
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    const told = ran.stdout.split('\n').filter((line) => /^\w+\.csv:\d+ /.test(line))
    const lineOf = (text: string) => /^\w+\.csv:\d+/.exec(text)?.[0]

    // An account of a sector that does not exist is refused, then its subsidiaries, then their opportunities.
    const accounts = readSales('accounts.csv')
    const missing = new Set(
      accounts.filter((line) => cell(line, 'sector') === 'technolgy').map((line) => cell(line, 'account')),
    )
    for (const _ of accounts)
      for (const line of accounts) if (missing.has(cell(line, 'subsidiary_of'))) missing.add(cell(line, 'account'))
    const faulty = [
      ...accounts.filter((line) => missing.has(cell(line, 'account'))).map(({ number }) => `accounts.csv:${number}`),
      ...readSales('sales_pipeline.csv')
        .filter((line) => cell(line, 'product') === 'GTXPro' || missing.has(cell(line, 'account')))
        .map(({ number }) => `sales_pipeline.csv:${number}`),
    ]
    expect(faulty.length).toBeGreaterThan(1480)
    expect(told.map(lineOf)).toEqual(faulty)

    const first = readSales('sales_pipeline.csv').find((line) => cell(line, 'product') === 'GTXPro')?.number
    expect(told).toContain(`sales_pipeline.csv:${first} product: there is no crm_sales.product with name “GTXPro”`)
    expect(told.find((line) => line.startsWith('accounts.csv:'))).toMatch(/sector: .*“technolgy”/)
  }, 60_000)
})
