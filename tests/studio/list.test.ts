// The list page: what its address says, it shows; what a person does, its address says.
import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, nameOf, openList, ROWS, type Studio, TENANT, test } from './support/studio.ts'

const LIST = `/${TENANT}/base.organisation`
const firstName = (page: Page) => page.locator('.rl-cell-name').first()
const countOf = (page: Page) => page.locator('.rl-count [aria-hidden], button.rl-count')
/** `1–24 of 1,234`; without the range for as long as nothing is drawn. */
const total = (shown: string) => new RegExp(`(^|of )\\s*${shown}\\s*$`)
const filterOf = (...chips: unknown[]): string => encodeURIComponent(JSON.stringify(chips))
/** Name of the row that has the focus. */
const focusedName = (page: Page) =>
  page.evaluate(() => {
    const cell = document.querySelector('vaadin-grid')?.shadowRoot?.activeElement
    const slot = cell?.closest('tr')?.querySelectorAll('slot')[1]
    return slot?.assignedElements()[0]?.textContent?.trim() ?? ''
  })
const columnsFromLeft = async (page: Page): Promise<string[]> => {
  const heads = await page
    .locator('.rl-column-head')
    .evaluateAll((all) => all.map((one) => ({ text: one.textContent?.trim() ?? '', x: one.getBoundingClientRect().x })))
  return heads.sort((a, b) => a.x - b.x).map(({ text }) => text)
}
const scrollToEnd = (page: Page) =>
  page.evaluate(() => {
    const table = document.querySelector('vaadin-grid')?.shadowRoot?.querySelector('#table')
    if (table) table.scrollTop = table.scrollHeight
  })

test('shows the columns of the view and counts what there is', async ({ signedIn: page }) => {
  await openList(page)
  for (const name of ['Name', 'Industry', 'Phone', 'Owner'])
    await expect(page.getByRole('columnheader', { name, exact: true })).toBeVisible()
  await expect(countOf(page)).toHaveText(total('1,234'))
  await expect(firstName(page)).toHaveText(nameOf(0))
  await expect(page).toHaveTitle('Organisations · Northwind Trading · Relata')
})

test('the scroll bar reaches the last row', async ({ signedIn: page }) => {
  await openList(page)
  await expect(countOf(page)).toHaveText(total('1,234'))
  await scrollToEnd(page)
  await expect(page.getByRole('link', { name: nameOf(ROWS - 1) })).toBeVisible()
})

test('the search narrows the list, and the address says so', async ({ signedIn: page }) => {
  await openList(page)
  await page.keyboard.press('/')
  await page.keyboard.type('0042')
  await expect(countOf(page)).toHaveText(total('1'))
  await expect(page).toHaveURL(`${LIST}?q=0042`)
  await page.keyboard.press('Escape')
  await expect(countOf(page)).toHaveText(total('1,234'))
})

test('a header sorts: up, down, as the view has it', async ({ signedIn: page }) => {
  await openList(page)
  const head = page.locator('.rl-column-head[data-path=name]')
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending')
  await head.click()
  await expect(page).toHaveURL(`${LIST}?sort=-name`)
  await expect(firstName(page)).toHaveText(nameOf(ROWS - 1))
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'descending')
  await head.click()
  await expect(page).toHaveURL(LIST)
  await expect(firstName(page)).toHaveText(nameOf(0))
})

test('views narrow and order as their metadata says', async ({ signedIn: page }) => {
  await openList(page)
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link').nth(1).click()
  await expect(page).toHaveURL(/\?view=base\.organisation_/)
  await page.goBack()
  await expect(page).toHaveURL(LIST)
})

test('a filter in the address narrows, and clearing it takes it away', async ({ signedIn: page }) => {
  await page.goto(`${LIST}?filter=${filterOf(['industry', 'is', 'finance'])}`)
  await expect(countOf(page)).toHaveText(total('411'))
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await expect(countOf(page)).toHaveText(total('1,234'))
  await expect(page).toHaveURL(LIST)
})

test('a filter that moves with the day is put together by keyboard', async ({ signedIn: page }) => {
  await openList(page)
  await page.getByRole('button', { name: 'Filter', exact: true }).press('Enter')
  await page.getByRole('searchbox', { name: 'Filter by …' }).fill('created')
  await page.getByRole('button', { name: 'Created', exact: true }).press('Enter')
  await page.getByRole('combobox', { name: 'How to compare Created' }).selectOption('within')
  const period = page.getByRole('combobox', { name: 'Value of Created' })
  await expect(period).toHaveValue('this_month')
  await period.selectOption('last year')
  await page.getByRole('button', { name: 'Apply' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible()
  const chip = page.locator('.rl-chip-main')
  await expect(chip).toHaveText(/Created\s+within\s+last year/)

  await chip.press('Enter')
  await page.getByRole('combobox', { name: 'How to compare Created' }).selectOption('in the last')
  await page.getByRole('combobox', { name: 'Unit of time' }).selectOption('weeks')
  await page.getByRole('textbox', { name: 'Value of Created' }).fill('1')
  await page.getByRole('button', { name: 'Apply' }).press('Enter')
  await expect(chip).toHaveText(/Created\s+in the last\s+1 week/)
  await expect(countOf(page)).toHaveText(total('1,234'))
})

test('“me” is whoever looks', async ({ signedIn: page }) => {
  await page.goto(`${LIST}?filter=${filterOf(['created_by', 'me'])}`)
  await expect(page.locator('.rl-chip-main')).toHaveText(/Created by\s+is me/)
  await expect(countOf(page)).toHaveText(total('1,234'))
  await page.goto(`${LIST}?filter=${filterOf(['owner_team', 'my_teams'])}`)
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible()
})

test('a search without a result says so and offers the way back', async ({ signedIn: page }) => {
  await page.goto(`${LIST}?q=zzzz`)
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await expect(countOf(page)).toHaveText(total('1,234'))
})

test('an entity without records says what belongs there and offers to add one', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/base.meeting`)
  await expect(page.getByRole('heading', { name: 'No meetings yet' })).toBeVisible()
  await page.locator('.rl-empty').getByRole('link', { name: 'New meeting' }).click()
  await expect(page).toHaveURL(`/${TENANT}/base.meeting/new`)
})

test('columns are hidden, shown and moved; the address and the device remember it', async ({ signedIn: page }) => {
  await openList(page)
  await page.getByRole('button', { name: 'Choose columns' }).click()
  await page.getByRole('checkbox', { name: 'Phone', exact: true }).uncheck()
  await page.getByRole('checkbox', { name: 'Employees', exact: true }).check()
  await page.getByRole('button', { name: 'Move Employees to the left' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('columnheader', { name: 'Phone' })).toHaveCount(0)
  await expect
    .poll(() => columnsFromLeft(page))
    .toMatchObject({ 0: 'Name', 1: 'Industry', 6: 'Employees', 7: 'Changed' })
  await expect(page).toHaveURL(/columns=name%2Cindustry.*employees%2Cupdated_at/)

  await page.goto(LIST)
  await expect(page.getByRole('columnheader', { name: 'Employees' })).toBeVisible()
  await page.getByRole('button', { name: 'Choose columns' }).click()
  await page.getByRole('button', { name: 'As the view has them' }).click()
  await expect(page.getByRole('columnheader', { name: 'Employees' })).toHaveCount(0)
})

test('a column is dragged to another place, and made narrower', async ({ signedIn: page }) => {
  await openList(page)
  const boxOf = async (path: string) =>
    (await page.locator(`.rl-column-head[data-path=${path}]`).boundingBox()) ?? { x: 0, y: 0 }
  const [from, to] = [await boxOf('phone'), await boxOf('industry')]
  await page.mouse.move(from.x + 5, from.y + 5)
  await page.mouse.down()
  for (let x = from.x; x > to.x; x -= 20) {
    await page.mouse.move(x, from.y + 8)
    await page.waitForTimeout(20)
  }
  await page.mouse.up()
  await expect.poll(() => columnsFromLeft(page)).toMatchObject({ 0: 'Name', 1: 'Phone', 2: 'Industry' })
  await expect(page).toHaveURL(/columns=name%2Cphone%2Cindustry/)

  const edge = await page.locator('vaadin-grid').locator('.resize-handle').first().boundingBox()
  await page.mouse.move(edge?.x ?? 0, (edge?.y ?? 0) + 8)
  await page.mouse.down()
  await page.mouse.move((edge?.x ?? 0) - 80, (edge?.y ?? 0) + 8, { steps: 5 })
  await page.mouse.up()
  const widthOf = async () => (await page.getByRole('columnheader', { name: 'Name' }).boundingBox())?.width ?? 0
  const width = await widthOf()
  expect(width).toBeLessThan(200)
  await page.reload()
  await expect.poll(widthOf).toBe(width)
})

test('a view with groups names each group above its first row', async ({ signedIn: page }) => {
  await page.goto(`${LIST}?view=base.organisation_by_industry`)
  await expect(page.locator('.rl-group').first()).toHaveText('Industry Energy')
  await page.goto(`${LIST}?view=base.organisation_by_industry&filter=${filterOf(['name', 'contains', 'Company 000'])}`)
  await expect(page.locator('.rl-group')).toHaveText([
    'Industry Energy',
    'Industry Finance and insurance',
    'Industry Health care',
  ])
})

test('works by keyboard: arrows walk, Enter opens, Back comes to the same row', async ({ signedIn: page }) => {
  await openList(page)
  await page.keyboard.press('/')
  await page.keyboard.press('ArrowDown')
  for (let step = 0; step < 60; step++) await page.keyboard.press('ArrowDown')
  await expect.poll(() => focusedName(page)).toBe(nameOf(60))
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/base\.organisation\/[0-9a-f-]{36}$/)
  await page.goBack()
  await expect(page.getByRole('link', { name: nameOf(60) })).toBeInViewport()
  await expect.poll(() => focusedName(page)).toBe(nameOf(60))
})

test('chosen records go to the trash together, and come back', async ({ signedIn: page }) => {
  await page.goto(`${LIST}?filter=${filterOf(['name', 'contains', 'Company 099'])}`)
  await expect(countOf(page)).toHaveText(total('10'))
  await page.getByRole('checkbox', { name: `Select ${nameOf(989)}` }).click()
  await page.getByRole('checkbox', { name: `Select ${nameOf(993)}` }).click({ modifiers: ['Shift'] })
  await expect(page.getByRole('toolbar')).toContainText('5 selected')
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await expect(countOf(page)).toHaveText(total('5'))
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(countOf(page)).toHaveText(total('10'))
})

test('Back brings the selection back too', async ({ signedIn: page }) => {
  await openList(page)
  await page.getByRole('checkbox', { name: `Select ${nameOf(1)}` }).click()
  await page.getByRole('link', { name: nameOf(4) }).click()
  await expect(page).not.toHaveURL(LIST)
  await page.goBack()
  await expect(page.getByRole('toolbar')).toContainText('1 selected')
  await expect(page.getByRole('checkbox', { name: `Select ${nameOf(1)}` })).toBeChecked()
})

test('exports what matches, with the columns on screen', async ({ signedIn: page }) => {
  await page.goto(`${LIST}?q=00&columns=name,industry,employees`)
  await expect(firstName(page)).toBeVisible()
  const arriving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Export as CSV' }).click()
  const download = await arriving
  expect(download.suggestedFilename()).toBe('Organisations.csv')
  const lines = (await readFile(await download.path(), 'utf8')).split('\r\n')
  expect(lines[0]).toBe('\uFEFFName,Industry,Employees')
  expect(lines[1]).toBe(`${nameOf(0)},Energy,0`)
  expect(lines.length - 2).toBe(Number((await countOf(page).textContent())?.match(/\d+$/)?.[0]))
})

test('a million rows: the count is capped, and scrolling loads what comes into view', async ({ signedIn: page }) => {
  await millionRows(page)
  await openList(page)
  await expect(countOf(page)).toHaveText(total('more than 10,000'))
  await expect(async () => {
    await scrollToEnd(page)
    // A busy machine takes its time; who scrolls on before rows have come sees none.
    await expect(page.locator('.rl-cell-name:visible').first()).toBeVisible({ timeout: 8_000 })
    const names = await page.locator('.rl-cell-name:visible').allTextContents()
    expect(Math.max(...names.map((name) => Number(name.replace(/\D/g, ''))))).toBeGreaterThan(10_000)
  }).toPass()
})

test('a list that fails says so and can be asked again; a lost connection comes back by itself', async ({
  signedIn: page,
}) => {
  await openList(page)
  await page.context().setOffline(true)
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link').nth(1).click()
  await expect(page.getByRole('alert')).toContainText('The list could not be loaded')
  await expect(page.getByText('No connection.')).toBeVisible()
  await page.context().setOffline(false)
  await expect(page.getByRole('alert')).toBeHidden()
  await expect(page.getByText('No connection.')).toBeHidden()
})

test('a server that takes long is said to, and rows still come', async ({ signedIn: page }) => {
  await page.route('**/records/base.organisation?*', async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 4_500))
    await request.continue()
  })
  await page.goto(LIST)
  await expect(page.getByText('The server is taking longer than usual')).toBeVisible({ timeout: 20_000 })
  await expect(firstName(page)).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('The server is taking longer than usual')).toBeHidden()
})

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('rows are cards, and the navigation is a drawer', async ({ signedIn: page }) => {
    await openList(page)
    await expect(page.locator('.rl-card').first()).toContainText(nameOf(0))
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    const people = page.locator('rl-sidebar').getByRole('link', { name: 'People' })
    await expect(people).toBeHidden()
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await people.click()
    await expect(page).toHaveURL(`/${TENANT}/base.person`)
    await expect(people).toBeHidden()
  })
})

/** The server's list, stretched: computed rows instead of stored ones. */
async function millionRows(page: Page): Promise<void> {
  await page.route('**/records/base.organisation?*', async (request) => {
    const query = new URL(request.request().url()).searchParams
    const from = Number(query.get('cursor') ?? query.get('offset') ?? 0)
    const limit = Number(query.get('limit'))
    const data = Array.from({ length: limit }, (_, index) => row(from + index))
    const count = query.has('count') ? { count: { value: 10_000, exact: false } } : {}
    await request.fulfill({ json: { data, next: String(from + limit), ...count } })
  })
}
function row(index: number) {
  const id = `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`
  return { id, version: 1, display_name: `Row ${index}`, name: `Row ${index}` }
}

test('shows only what there is to see: keys of the page are listed', async ({ signedIn: page, studio }) => {
  await openList(page)
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const label of ['Search', 'New record', 'Open the record', 'Select the record'])
    await expect(dialog.getByText(label, { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expectNoRecordLost(studio)
})

/** After all that was deleted and restored above, everything is there. */
async function expectNoRecordLost(studio: Studio): Promise<void> {
  const answer = await studio.call('GET', `/api/v1/${TENANT}/records/base.organisation?select=id&limit=1&count=exact`)
  expect(answer).toMatchObject({ count: { value: ROWS } })
}
