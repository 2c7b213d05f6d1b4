// The public sales data set, taken over by the sales plugin as a person does it from the command line, against totals that
// are worked out here from the CSV files. The data set is not in the repository: without it the tests are skipped and say so.
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import { type Ran, runRelata } from '../support/run-relata.ts'
import {
  cell,
  copyOfSales,
  hasSalesData,
  type Line,
  NO_SALES_DATA,
  readSales,
  SALES_FOLDER,
  sumBy,
} from '../support/sales-data.ts'
import { signIn, type Visitor } from '../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'

if (!hasSalesData) console.log(`real-data.test.ts ${NO_SALES_DATA}`)

const PLUGIN = 'plugins/sales'
/** Lines of the pipeline that are enough to meet every fault. */
const SOME = 1_200
const MAPPING = `${PLUGIN}/load.json`
const value = (line: Line): number => Number(cell(line, 'close_value'))
/** Stages of the file → stages of the first pipeline. */
const STAGES: Readonly<Record<string, string>> = {
  Prospecting: 'Prospecting',
  Engaging: 'Qualification',
  Won: 'Won',
  Lost: 'Lost',
}

describe.skipIf(!hasSalesData)('the sales data set', () => {
  let server: ServerUnderTest
  let person: Visitor
  let sales: RelataPlace
  let loaded: Ran

  async function makeSalesPlace(slug: string): Promise<RelataPlace> {
    const place = await makePlace(server.url, person, slug, 'USD')
    const installed = await runRelata(['plugin', 'install', PLUGIN, '--yes'], { env: place.env })
    expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining('is installed and runs') })
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

  /** Sums of the records of an entity, by the name that a reference leads to or by a field. */
  async function totals(
    entity: string,
    by: string,
    measure: string,
    filter?: unknown,
  ): Promise<Record<string, number>> {
    const groups = await sales.relata.records.aggregate(entity, {
      group: [by],
      measures: [measure],
      ...(filter === undefined ? {} : { filter }),
    })
    return Object.fromEntries(groups.map((group) => [String(group[by]), Number(group[measure])]))
  }
  const WON = { '==': [{ var: 'state' }, 'won'] }
  const won = () => readSales('sales_pipeline.csv').filter((line) => cell(line, 'deal_stage') === 'Won')

  test('with the corrections of the mapping every line is in', async () => {
    expect(loaded).toMatchObject({ code: 0, stderr: '' })
    const teams = readSales('sales_teams.csv')
    const distinct = (column: string) => new Set(teams.map((line) => cell(line, column))).size
    const [agents, managers, offices] = ['sales_agent', 'manager', 'regional_office'].map(distinct)
    const expected = {
      'system.team': Number(managers) + Number(offices),
      'system.team_members': Number(agents) + Number(managers),
      'sales.product': readSales('products.csv').length,
      'base.organisation': readSales('accounts.csv').length,
      'sales.opportunity': readSales('sales_pipeline.csv').length,
      'sales.opportunity_line': readSales('sales_pipeline.csv').length,
    }
    const counts: Record<string, number> = {}
    for (const entity of Object.keys(expected)) {
      const [all] = await sales.relata.records.aggregate(entity, { measures: ['count'] })
      counts[entity] = Number(all?.['count'])
    }
    expect(counts).toEqual(expected)
    expect(counts['sales.opportunity']).toBe(8800)
  })

  test('opportunities and values by stage are as in the file', async () => {
    const pipeline = readSales('sales_pipeline.csv')
    const here = (sums: Record<string, number>) =>
      Object.fromEntries(Object.entries(sums).map(([stage, sum]) => [STAGES[stage], sum]))
    expect(await totals('sales.opportunity', 'stage.name', 'count')).toEqual(
      here(sumBy(pipeline, 'deal_stage', () => 1)),
    )
    expect(await totals('sales.opportunity', 'stage.name', 'sum:amount.amount')).toEqual(
      here(sumBy(pipeline, 'deal_stage', value)),
    )
  })

  test('what follows from the stage was worked out for each of them', async () => {
    const byState = (measure: string) => totals('sales.opportunity', 'state', measure)
    const sum = won().reduce((all, line) => all + value(line), 0)
    expect(await byState('sum:expected_amount.amount')).toEqual({ open: 0, won: sum, lost: 0 })
    expect(await byState('min:probability')).toEqual({ open: 10, won: 100, lost: 0 })
    expect(await byState('max:probability')).toEqual({ open: 25, won: 100, lost: 0 })
    const [pipeline] = (await sales.relata.records.list('sales.pipeline', {})).data
    const { length } = readSales('sales_pipeline.csv').filter((line) => cell(line, 'close_date') === '')
    expect(pipeline).toMatchObject({ open_deals: length, won_deals: won().length, won_value: `${sum}.00` })
  })

  test('American dates are the days they mean', async () => {
    const pipeline = readSales('sales_pipeline.csv').filter((line) => cell(line, 'close_date') !== '')
    const expected = Object.entries(sumBy(pipeline, 'close_date', () => 1)).map(([text, count]) => {
      const [month = '', day = '', year = ''] = text.split('/')
      return [`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`, count] as const
    })
    const filter = { '!=': [{ var: 'close_date' }, null] }
    expect(await totals('sales.opportunity', 'close_date', 'count', filter)).toEqual(Object.fromEntries(expected))
  })

  test('opportunities without an account are kept without one', async () => {
    const filter = { '==': [{ var: 'account' }, null] }
    const [all] = await sales.relata.records.aggregate('sales.opportunity', { measures: ['count'], filter })
    const expected = readSales('sales_pipeline.csv').filter((line) => cell(line, 'account') === '').length
    expect(expected).toBeGreaterThan(1000)
    expect(Number(all?.['count'])).toBe(expected)
  })

  test('accounts hold the sums of their deals, agents own theirs', async () => {
    const sums: Record<string, number> = {}
    const counts: Record<string, number> = {}
    const select = ['name', 'sales_won_value', 'sales_won_deals']
    for await (const record of sales.relata.records.all('base.organisation', { select })) {
      if (Number(record['sales_won_deals']) === 0) continue
      sums[String(record['name'])] = Number(record['sales_won_value'])
      counts[String(record['name'])] = Number(record['sales_won_deals'])
    }
    expect(sums).toEqual(sumBy(won(), 'account', value))
    expect(counts).toEqual(sumBy(won(), 'account', () => 1))
    expect(await totals('sales.opportunity', 'owner.name', 'sum:amount.amount', WON)).toEqual(
      sumBy(won(), 'sales_agent', value),
    )
  })

  test('products know what they were sold for, their misspelt name put right', async () => {
    const named = (name: string) => (name === 'GTXPro' ? 'GTX Pro' : name)
    const sold: Record<string, unknown> = {}
    for await (const record of sales.relata.records.all('sales.product', { select: ['name', 'won_value'] }))
      sold[String(record['name'])] = Number(record['won_value'])
    const sums = Object.entries(sumBy(won(), 'product', value)).map(([name, sum]) => [named(name), sum])
    expect(sold).toEqual(Object.fromEntries(sums))
  })

  test('subsidiaries stand below their parents, agents below their managers, teams below their offices', async () => {
    const above = async (entity: string, reference: string, filter?: unknown) => {
      const found: Record<string, unknown> = {}
      for await (const record of sales.relata.records.all(entity, {
        select: ['name', `${reference}(name)`],
        filter: filter ?? { '!=': [{ var: reference }, null] },
      }))
        found[String(record['name'])] = Object(record[reference]).name
      return found
    }
    const pairs = (file: string, below: string, over: string) =>
      Object.fromEntries(
        readSales(file).flatMap((line) => (cell(line, over) ? [[cell(line, below), cell(line, over)]] : [])),
      )
    expect(await above('base.organisation', 'parent')).toEqual(pairs('accounts.csv', 'account', 'subsidiary_of'))
    expect(await above('system.user', 'manager')).toEqual(pairs('sales_teams.csv', 'sales_agent', 'manager'))
    expect(await above('system.team', 'parent')).toEqual(pairs('sales_teams.csv', 'manager', 'regional_office'))
  })

  test('revenue in millions is what it means, a sector an industry', async () => {
    const { data } = await sales.relata.records.list('base.organisation', {
      filter: { in: [{ var: 'name' }, ['Acme Corporation', 'Bioholding']] },
      sort: ['name'],
    })
    const [acme, bioholding] = data
    expect(acme).toMatchObject({ industry: 'it', founded_on: '1996-01-01', employees: 2822 })
    expect(acme).toMatchObject({ annual_revenue: { amount: '1100040000.00', currency: 'USD' } })
    expect(bioholding).toMatchObject({ industry: 'health', address: { country: 'PH' } })
  })

  test('a second run finds everything there and makes nothing', async () => {
    const again = await runRelata(['load', MAPPING, SALES_FOLDER], { env: sales.env })
    expect(again).toMatchObject({ code: 0, stderr: '' })
    const total = /^total\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+(\d+)$/m.exec(again.stdout)?.slice(1).map(Number)
    const [teams, products, accounts, pipeline] = [
      ...['sales_teams.csv', 'products.csv', 'accounts.csv', 'sales_pipeline.csv'].map(
        (name) => readSales(name).length,
      ),
    ]
    const count = 6 * Number(teams) + 2 * Number(products) + Number(accounts) + 2 * Number(pipeline)
    expect(total).toEqual([count, 0, count, 0])
  }, 60_000)

  test('without corrections every faulty line is named, with its number and the reason', async () => {
    const strict = await makeSalesPlace('strict')
    const folder = copyOfSales({ pipelineLines: SOME })
    const ran = await runRelata(['load', MAPPING, folder, '--no-corrections'], { env: strict.env })
    rmSync(folder, { recursive: true })
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    const told = ran.stdout.split('\n').filter((line) => /^\w+\.csv:\d+ /.test(line))
    const lineOf = (text: string) => /^\w+\.csv:\d+/.exec(text)?.[0]

    // An account with a misspelt sector or country is refused, then its subsidiaries, then their opportunities and lines.
    const accounts = readSales('accounts.csv')
    const isMisspelt = (line: Line) =>
      cell(line, 'sector') === 'technolgy' || cell(line, 'office_location') === 'Philipines'
    const missing = new Set(accounts.filter(isMisspelt).map((line) => cell(line, 'account')))
    for (const _ of accounts)
      for (const line of accounts) if (missing.has(cell(line, 'subsidiary_of'))) missing.add(cell(line, 'account'))
    const pipeline = readSales('sales_pipeline.csv').slice(0, SOME)
    const isHomeless = (line: Line) => missing.has(cell(line, 'account'))
    const faulty = [
      ...accounts.filter((line) => missing.has(cell(line, 'account'))).map(({ number }) => `accounts.csv:${number}`),
      ...pipeline.filter(isHomeless).map(({ number }) => `sales_pipeline.csv:${number}`),
      ...pipeline
        .filter((line) => isHomeless(line) || cell(line, 'product') === 'GTXPro')
        .map(({ number }) => `sales_pipeline.csv:${number}`),
    ]
    expect(faulty.length).toBeGreaterThan(200)
    expect(told.map(lineOf)).toEqual(faulty)

    const first = pipeline.find((line) => cell(line, 'product') === 'GTXPro' && !isHomeless(line))?.number
    expect(told).toContain(`sales_pipeline.csv:${first} product: there is no sales.product with name “GTXPro”`)
    expect(told.find((line) => line.startsWith('accounts.csv:'))).toMatch(/industry: .*“technolgy”/)
  }, 120_000)
})
