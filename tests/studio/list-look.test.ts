// How a list stands on the page: what is cut off and what never is, what is in line with what, what is said when nothing
// is found.
import type { Page } from '@playwright/test'
import { expect, nameOf, openList, TENANT, test } from './support/studio.ts'

const LIST = `/${TENANT}/base.organisation`
const filterOf = (...chips: unknown[]): string => encodeURIComponent(JSON.stringify(chips))
const leftOf = async (page: Page, selector: string): Promise<number> =>
  Math.round((await page.locator(selector).first().boundingBox())?.x ?? Number.NaN)

/** Rows of the server with another value in one field. */
async function withValue(page: Page, field: string, value: unknown): Promise<void> {
  await page.route('**/records/base.organisation?*', async (request) => {
    const answer = await request.fetch()
    const body = await answer.json()
    await request.fulfill({
      response: answer,
      json: { ...body, data: body.data.map((row: object) => ({ ...row, [field]: value })) },
    })
  })
}

for (const width of [1024, 1440])
  test(`money and dates are never cut off, at ${width} px`, async ({ signedIn: page }) => {
    await page.setViewportSize({ width, height: 900 })
    await withValue(page, 'annual_revenue', { amount: '123456789012345.67', currency: 'CHF', base: null })
    await openList(page, `${LIST}?columns=name,industry,phone,annual_revenue,updated_at,created_at,owner,website,email`)
    await expect(page.locator('.rl-num', { hasText: '123,456,789,012,345.67' }).first()).toBeAttached()
    const cut = await page.locator('vaadin-grid-cell-content:has(> .rl-num)').evaluateAll((all) =>
      all
        .filter((cell) => cell.assignedSlot && cell.firstElementChild)
        .filter((cell) => {
          const inner = cell.getBoundingClientRect().width - 16
          return (cell.firstElementChild?.getBoundingClientRect().width ?? 0) > inner + 0.5
        })
        .map((cell) => cell.textContent?.trim()),
    )
    expect(cut).toEqual([])
  })

test('title, first tab and first column begin on one line', async ({ signedIn: page }) => {
  await openList(page)
  const left = await leftOf(page, 'rl-list h1')
  expect(await leftOf(page, '.rl-grid input[type=checkbox]')).toBe(left)
  // A tab is a word with room around it.
  expect((await leftOf(page, '.rl-view')) + 8).toBe(left)
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.locator('.rl-card').first()).toBeVisible()
  const narrow = await leftOf(page, '.rl-card .rl-cell-name')
  expect(await leftOf(page, '.rl-search')).toBe(narrow)
  expect((await leftOf(page, '.rl-view')) + 8).toBe(narrow)
  expect(await leftOf(page, '.rl-open-drawer .rl-icon')).toBe(narrow)
})

test('the first column stays while the others scroll by', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1024, height: 700 })
  await openList(page, `${LIST}?columns=name,industry,phone,annual_revenue,updated_at,created_at,owner,website,email`)
  const before = await leftOf(page, '.rl-cell-name')
  await page.evaluate(() => {
    const table = document.querySelector('vaadin-grid')?.shadowRoot?.querySelector('#table')
    if (table) table.scrollLeft = 300
  })
  await expect.poll(() => leftOf(page, '.rl-column-head[data-path=industry]')).toBeLessThan(before + 100)
  expect(await leftOf(page, '.rl-cell-name')).toBe(before)
})

test('a card says its name once', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openList(page, `${LIST}?columns=name,industry,website`)
  await expect(page.locator('.rl-card').first()).toContainText('Industry')
  await expect(page.locator('.rl-card').first().getByText(nameOf(0), { exact: true })).toHaveCount(1)
})

test('nothing found: the page says what keeps the rows away, and one button takes it away', async ({
  signedIn: page,
}) => {
  const nothing = page.locator('.rl-empty')
  await page.goto(`${LIST}?filter=${filterOf(['name', 'contains', 'nobody'])}`)
  await expect(nothing).toContainText('No record passes the filters: Name.')
  await nothing.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page).toHaveURL(LIST)
  await page.goto(`${LIST}?q=zzzz&filter=${filterOf(['name', 'contains', 'nobody'])}`)
  await expect(nothing).toContainText('No record has “zzzz” in it and passes the filters: Name.')
  await nothing.getByRole('button', { name: 'Clear search and filters' }).click()
  await expect(page).toHaveURL(LIST)
  await expect(page.locator('.rl-cell-name').first()).toBeVisible()
})

test('the title of the tab names the view', async ({ signedIn: page }) => {
  await openList(page)
  await expect(page).toHaveTitle('Organisations · Northwind Trading · Relata')
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'By industry' }).click()
  await expect(page).toHaveTitle('By industry · Organisations · Northwind Trading · Relata')
})

test('an arrow key leads from nowhere into the rows; x selects there', async ({ signedIn: page }) => {
  await openList(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await expect(page.getByRole('checkbox', { name: `Select ${nameOf(1)}` })).toBeChecked()
})

test('several choices stand on one line, so that every row is as high as the others', async ({ signedIn: page }) => {
  await withValue(page, 'roles', ['customer', 'supplier', 'partner', 'competitor', 'prospect'])
  await openList(page, `${LIST}?columns=name,roles,phone`)
  const heights = await page.locator('.rl-choices').evaluateAll((all) => all.map((one) => one.clientHeight))
  expect(Math.max(...heights)).toBeLessThan(28)
})

test('the trash says when it cannot be read, and asks again', async ({ signedIn: page }) => {
  await page.route('**/records/*trash=true*', (request) => request.abort())
  await page.goto(`/${TENANT}/trash`)
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached')
  await page.unroute('**/records/*trash=true*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
})
