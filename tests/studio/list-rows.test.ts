// What a list asks the server for, and how it moves through many rows.
import type { Page } from '@playwright/test'
import { expect, nameOf, openList, ROWS, TENANT, test } from './support/studio.ts'

const LIST = `/${TENANT}/base.organisation`
const shownCount = (page: Page) => page.locator('.rl-count [aria-hidden], button.rl-count')
const rowOf = (page: Page, index: number) => page.locator('.rl-cell-name:visible', { hasText: nameOf(index) })

/** Every question to the records API from now on, as `offset=…` and the like; `select` is left out. */
function watchQuestions(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (!pathname.includes('/records/')) return
    searchParams.delete('select')
    asked.push(`${pathname.split('/').at(-1)}?${searchParams}`)
  })
  return asked
}
/** @param part of the scroll bar, 0 to 1 */
const scrollTo = (page: Page, part: number) =>
  page.evaluate((at) => {
    const table = document.querySelector('vaadin-grid')?.shadowRoot?.querySelector('#table')
    if (table) table.scrollTop = (table.scrollHeight - table.clientHeight) * at
  }, part)

test('opening a list asks once, and so does another view', async ({ signedIn: page }) => {
  const asked = watchQuestions(page)
  await openList(page)
  await expect(shownCount(page)).toHaveText(/^1–\d\d of 1,234$/)
  await page.waitForLoadState('networkidle')
  expect(asked).toEqual(['base.organisation?sort=name&limit=100&count=true'])
  asked.length = 0
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link').nth(1).click()
  await expect(page).toHaveURL(/\?view=/)
  await page.waitForLoadState('networkidle')
  expect(asked).toHaveLength(1)
})

test('columns chosen earlier are asked for at once, not after those of the view', async ({ signedIn: page }) => {
  await openList(page)
  await page.getByRole('button', { name: 'Choose columns' }).click()
  await page.getByRole('checkbox', { name: 'Phone', exact: true }).uncheck()
  await expect(page).toHaveURL(/columns=/)
  const asked = watchQuestions(page)
  await openList(page)
  await page.waitForLoadState('networkidle')
  expect(asked).toHaveLength(1)
})

test('a search shows its rows first and is counted after them, and only where there are more', async ({
  signedIn: page,
}) => {
  await openList(page)
  const asked = watchQuestions(page)
  await page.keyboard.press('/')
  await page.keyboard.type('0042')
  await expect(shownCount(page)).toHaveText('1')
  expect(asked).toEqual(['base.organisation?sort=name&q=0042&limit=100'])
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type('Company')
  await expect(page).toHaveURL(/q=Company$/)
  await page.waitForLoadState('networkidle')
  await expect(shownCount(page)).toHaveText(/ of 1,234$/)
  expect(asked.filter((one) => one.includes('q=Company'))).toEqual([
    'base.organisation?sort=name&q=Company&limit=100',
    'base.organisation?q=Company&limit=1&count=true',
  ])
})

test('the scroll bar jumps into the middle with one question, and says where it is', async ({ signedIn: page }) => {
  await openList(page)
  const asked = watchQuestions(page)
  await scrollTo(page, 0.5)
  await expect(rowOf(page, 620)).toBeVisible()
  await expect(shownCount(page)).toHaveText(/^6\d\d–6\d\d of 1,234$/)
  expect(asked).toEqual(['base.organisation?sort=name&limit=100&offset=600'])
  await scrollTo(page, 1)
  await expect(rowOf(page, ROWS - 1)).toBeVisible()
  await expect(shownCount(page)).toHaveText(/–1,234 of 1,234$/)
})

test('places that the scroll bar only passes are not asked for', async ({ signedIn: page }) => {
  await manyRows(page)
  await openList(page)
  const asked = watchQuestions(page)
  await page.evaluate(async () => {
    const table = document.querySelector('vaadin-grid')?.shadowRoot?.querySelector('#table')
    for (let step = 1; step <= 20; step++) {
      if (table) table.scrollTop = ((table.scrollHeight - table.clientHeight) * step) / 20
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
  await expect(page.getByRole('link', { name: 'Row 93999', exact: true })).toBeVisible()
  expect(asked.length).toBeLessThanOrEqual(3)
})

test('from a place that was jumped to, records are walked without a gap, and Back comes to it again', async ({
  signedIn: page,
}) => {
  await openList(page)
  await scrollTo(page, 0.5)
  await rowOf(page, 620).click()
  await expect(page).toHaveURL(/\/base\.organisation\/[0-9a-f-]{36}$/)
  await page.goBack()
  await expect(rowOf(page, 620)).toBeInViewport()
  await expect(shownCount(page)).toHaveText(/^6\d\d–6\d\d of 1,234$/)
})

test('bars stand in for rows that take their time', async ({ signedIn: page }) => {
  await page.route('**/records/base.organisation?*', async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await request.continue()
  })
  await page.goto(LIST)
  await expect(page.locator('.rl-rows-waiting')).toBeVisible()
  await expect(rowOf(page, 0)).toBeVisible()
  await expect(page.locator('.rl-rows-waiting')).toHaveCount(0)
})

test('a count that was capped becomes exact by itself once the rows are there', async ({ signedIn: page }) => {
  await page.route('**/records/base.organisation?*', async (request) => {
    const query = new URL(request.request().url()).searchParams
    const answer = await request.fetch()
    const body = await answer.json()
    if (query.get('count') === 'true') body.count = { value: 200, exact: false }
    await request.fulfill({ response: answer, json: body })
  })
  await openList(page)
  await expect(shownCount(page)).toHaveText(/ of 1,234$/)
  await scrollTo(page, 1)
  await expect(rowOf(page, ROWS - 1)).toBeVisible()
})

test('rows that went away meanwhile leave no hole at the end', async ({ signedIn: page }) => {
  await page.route('**/records/base.organisation?*', async (request) => {
    const query = new URL(request.request().url()).searchParams
    const answer = await request.fetch()
    const body = await answer.json()
    if (query.get('count') === 'true') body.count = { value: 3_000, exact: true }
    await request.fulfill({ response: answer, json: body })
  })
  await openList(page)
  await expect(shownCount(page)).toHaveText(/ of 3,000$/)
  await scrollTo(page, 1)
  await expect(rowOf(page, ROWS - 1)).toBeVisible()
  await expect(shownCount(page)).toHaveText(/–1,234 of 1,234$/)
})

/** The server's list, stretched to 94,000 computed rows. */
async function manyRows(page: Page): Promise<void> {
  await page.route('**/records/base.organisation?*', async (request) => {
    const query = new URL(request.request().url()).searchParams
    const from = Number(query.get('cursor') ?? query.get('offset') ?? 0)
    const until = Math.min(94_000, from + Number(query.get('limit')))
    const data = Array.from({ length: until - from }, (_, index) => ({
      id: `00000000-0000-7000-8000-${String(from + index).padStart(12, '0')}`,
      version: 1,
      display_name: `Row ${from + index}`,
      name: `Row ${from + index}`,
    }))
    const next = until < 94_000 ? String(until) : null
    await request.fulfill({ json: { data, next, count: { value: 94_000, exact: true } } })
  })
}
