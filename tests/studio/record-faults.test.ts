import { expect, nameOf, type Studio, TENANT, test } from './support/studio.ts'
const API = `/api/v1/${TENANT}/records`
const ORG = 'base.organisation'
const make = async (s: Studio, body: Record<string, unknown>, e = ORG): Promise<string> =>
  ((await s.call('POST', `${API}/${e}`, body)) as { id: string }).id
const at = (id: string, e = ORG) => `/${TENANT}/${e}/${id}`
const NAME = '[data-field=name] input'

test('a record opened after one that is missing is shown', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Found again' })
  await page.goto(at(id))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Found again')
  await page.evaluate((href) => {
    const a = document.createElement('a')
    a.href = href
    a.id = 'x1'
    a.textContent = 'x'
    document.body.append(a)
    a.click()
  }, at('00000000-0000-7000-8000-00000000dead'))
  await expect(page.locator('rl-not-found')).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Found again', { timeout: 4000 })
})

test('a slow answer for the record before does not stand under the next address', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/${ORG}?q=Company`)
  await page.getByRole('link', { name: nameOf(0) }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(nameOf(0))
  let first = true
  await page.route(/records\/base\.organisation\/[0-9a-f-]{36}\?/, async (r) => {
    if (first) {
      first = false
      await new Promise((d) => setTimeout(d, 1500))
    }
    await r.continue()
  })
  await page.keyboard.press('j')
  await page.waitForTimeout(100)
  await page.keyboard.press('j')
  await page.waitForTimeout(2500)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(nameOf(2), { timeout: 2000 })
})

test('a draft of an older version does not overwrite what was saved since', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Base' })
  await page.goto(at(id))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator(NAME).fill('Mine, before the crash')
  await studio.call('PATCH', `${API}/${ORG}/${id}`, { name: 'Theirs, newer' })
  page.on('dialog', (d) => void d.accept())
  await page.reload()
  await expect(page.locator('.rl-conflict')).toContainText('Theirs, newer')
  await page.locator('.rl-conflict').getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mine, before the crash')
})

test('choosing theirs everywhere leaves no draft behind', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Base4' })
  await page.goto(at(id))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator(NAME).fill('Mine4')
  await studio.call('PATCH', `${API}/${ORG}/${id}`, { name: 'Theirs4' })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const c = page.locator('.rl-conflict')
  await c.getByLabel(/Theirs:/).check()
  await c.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Theirs4')
  const left = await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('relata.draft')))
  expect(left).toEqual([])
})

test('a refused value in a folded section is brought into view', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Base5' })
  await page.goto(at(id))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const sum = page.locator('details summary')
  await sum.evaluate((e: HTMLElement) => e.click())
  const tax = page.locator('[data-field=tax_number] input')
  await tax.fill('x'.repeat(4000))
  await sum.evaluate((e: HTMLElement) => e.click())
  await page.keyboard.press('Control+s')
  await expect(page.locator('[data-field=tax_number] .rl-error')).toBeVisible({ timeout: 2000 })
})

test('a wrong value is not sent at all', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Base6' })
  await page.goto(at(id))
  const sent: string[] = []
  page.on('request', (r) => {
    if (r.method() === 'PATCH') sent.push(r.url())
  })
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator('[data-field=email] input').first().fill('nonsense')
  await page.keyboard.press('Control+s')
  await expect(page.locator('[data-field=email] .rl-error')).toBeVisible()
  expect(sent).toEqual([])
})

test('the owner stands among the facts, as the form says', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Base7', phone: '+493012345678' })
  await page.goto(at(id))
  await expect(page.locator('.rl-facts')).toBeVisible()
  await expect(page.locator('.rl-facts')).toContainText('Owner', { timeout: 2000 })
})

test('Back from one record to another with unsaved changes asks', async ({ signedIn: page, studio }) => {
  const a = await make(studio, { name: 'Rec A' })
  const b = await make(studio, { name: 'Rec B' })
  await page.goto(at(a))
  await page.evaluate((href) => {
    const x = document.createElement('a')
    x.href = href
    document.body.append(x)
    x.click()
  }, at(b))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Rec B')
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator(NAME).fill('Rec B changed')
  await page.goBack()
  await expect(page.getByRole('button', { name: 'Go on editing' })).toBeVisible({ timeout: 3000 })
})

test('a broken draft does not stop the page', async ({ signedIn: page, studio }) => {
  const id = await make(studio, { name: 'Base10' })
  await page.goto(at(id))
  await page.evaluate(([k = '']) => localStorage.setItem(k, '{oops'), [`relata.draft.${TENANT}.${ORG}.${id}`])
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Base10')
  await expect(page.locator('.rl-row-value').first()).toBeVisible({ timeout: 3000 })
  await page.getByRole('button', { name: 'Edit', exact: true }).click({ timeout: 3000 })
})

test('after save and new the form is as at first', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/${ORG}/new`)
  const panel = page.getByRole('dialog', { name: 'New organisation' })
  await panel.locator(NAME).fill('Series 1')
  await page.getByRole('button', { name: 'Save and new' }).click()
  await expect(panel.locator(NAME)).toHaveValue('')
  await expect(panel.locator(NAME)).toBeFocused()
  await expect(panel.locator('.rl-error')).toHaveCount(0)
})

test('a required field left empty is told before sending', async ({ signedIn: page }) => {
  const sent: string[] = []
  page.on('request', (r) => {
    if (r.method() === 'POST' && r.url().includes('/records/')) sent.push(r.url())
  })
  await page.goto(`/${TENANT}/${ORG}/new`)
  await expect(page.locator(NAME)).toBeFocused()
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('[data-field=name] .rl-error')).toBeVisible()
  expect(sent).toEqual([])
})
