// Days and moments, typed as the reader writes them or chosen in the calendar.
import type { Page } from '@playwright/test'
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const API = `/api/v1/${TENANT}/records`
const made: string[] = []
async function organisation(studio: Studio): Promise<string> {
  const body = { name: 'Dated', founded_on: '2020-05-17' }
  const { id } = (await studio.call('POST', `${API}/base.organisation`, body)) as { id: string }
  made.push(id)
  return id
}

// Lists of other tests count what is there.
test.afterEach(async ({ studio }) => {
  for (const id of made.splice(0)) {
    await studio.call('DELETE', `${API}/base.organisation/${id}`)
    await studio.call('DELETE', `${API}/base.organisation/${id}?purge=true`)
  }
})

async function openDay(page: Page, id: string) {
  await page.goto(`/${TENANT}/base.organisation/${id}`)
  await page.locator('[data-row=founded_on] .rl-row-value').click()
  return page.locator('[data-field=founded_on] input')
}
const read = (studio: Studio, id: string) => studio.call('GET', `${API}/base.organisation/${id}`)

test('a day is shown and typed in the order of the language', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio)
  const day = await openDay(page, id)
  await expect(day).toHaveValue('17/05/2020')
  await day.fill('3/12/1998')
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('[data-row=founded_on]')).toContainText('3 Dec 1998')
  expect(await read(studio, id)).toMatchObject({ founded_on: '1998-12-03' })
})

test('what is no day is said at the field and stays to be mended', async ({ signedIn: page, studio }) => {
  const day = await openDay(page, await organisation(studio))
  await day.fill('31/2/2020')
  await page.keyboard.press('Tab')
  await expect(page.locator('[data-field=founded_on] .rl-error')).toBeVisible()
  await expect(day).toHaveValue('31/2/2020')
})

test('the calendar is walked by keyboard; Escape closes only it', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio)
  const day = await openDay(page, id)
  await day.press('ArrowDown')
  const calendar = page.locator('rl-calendar')
  await expect(calendar.locator('button[data-day="2020-05-17"]')).toBeFocused()
  await expect(calendar.locator('th').first()).toHaveText('Mon')
  await page.keyboard.press('Escape')
  await expect(calendar).toHaveCount(0)
  await expect(day).toBeFocused()
  await day.press('ArrowDown')
  for (const key of ['ArrowRight', 'ArrowDown', 'PageDown']) await page.keyboard.press(key)
  await expect(calendar.locator('button[data-day="2020-06-25"]')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(day).toHaveValue('25/06/2020')
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('.rl-save-bar')).toHaveCount(0)
  expect(await read(studio, id)).toMatchObject({ founded_on: '2020-06-25' })
})

test.describe('in Russian', () => {
  test.use({ locale: 'ru-RU' })
  test('days and months have their Russian names', async ({ signedIn: page, studio }) => {
    const id = await organisation(studio)
    const day = await openDay(page, id)
    await expect(day).toHaveValue('17.05.2020')
    await day.press('ArrowDown')
    await expect(page.locator('rl-calendar')).toContainText('май 2020')
    await page.keyboard.press('Escape')
    await day.fill('3 декабря 1998')
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('.rl-save-bar')).toHaveCount(0)
    expect(await read(studio, id)).toMatchObject({ founded_on: '1998-12-03' })
  })
})
