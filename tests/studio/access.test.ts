// Letting people and programs in: what comes of it is shown once.
import { expect, TENANT, test } from './support/studio.ts'

test('a person is let in by a link, chooses a password, and sees what the role allows', async ({
  signedIn: page,
  browser,
  studio,
}) => {
  await page.goto(`/${TENANT}/system.user`)
  await page.getByRole('link', { name: 'New user' }).click()
  const panel = page.getByRole('dialog', { name: 'New user' })
  await panel.getByLabel('Name').fill('Grace Hall')
  await panel.getByLabel('E-mail').fill('grace@example.org')
  await panel.getByLabel('Member').uncheck()
  await panel.getByRole('button', { name: 'Let in' }).click()
  await expect(panel.getByRole('alert')).toContainText('Choose at least one role.')
  await panel.getByLabel('Reader', { exact: true }).check()
  await panel.getByRole('button', { name: 'Let in' }).click()
  const link = (await panel.locator('code').textContent()) ?? ''
  expect(link).toContain('/password?token=')
  await panel.getByRole('button', { name: 'Done' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.user`)
  await expect(page.getByRole('link', { name: 'Grace Hall' })).toBeVisible()

  const other = await browser.newContext({ baseURL: studio.server.url })
  const theirs = await other.newPage()
  await theirs.goto(link)
  await theirs.getByLabel('Password').fill('short')
  await theirs.getByRole('button', { name: 'Save and sign in' }).click()
  await expect(theirs.getByRole('alert')).toContainText('At least 8 characters.')
  await theirs.getByLabel('Password').fill('a password of hers')
  await theirs.getByRole('button', { name: 'Save and sign in' }).click()
  await expect(theirs.getByRole('button', { name: /Account: .*Grace Hall/ })).toBeVisible()
  await theirs.goto(`/${TENANT}/base.organisation`)
  await expect(theirs.locator('.rl-cell-name').first()).toBeVisible()
  await expect(theirs.getByRole('link', { name: 'New organisation' })).toHaveCount(0)
  await expect(theirs.getByRole('link', { name: 'New entity' })).toHaveCount(0)
  await theirs.goto(link)
  await theirs.getByLabel('Password').fill('a password of hers')
  await theirs.getByRole('button', { name: 'Save and sign in' }).click()
  await expect(theirs.getByRole('alert')).toContainText('This link is no longer valid.')
  await other.close()
})

test('a key for a program is shown once, and works', async ({ signedIn: page, studio }) => {
  await page.goto(`/${TENANT}/system.key/new`)
  const panel = page.getByRole('dialog', { name: 'New API key' })
  await panel.getByLabel('Which program is it for?').fill('Nightly import')
  await panel.getByRole('button', { name: 'Create key' }).click()
  const key = (await panel.locator('code').textContent()) ?? ''
  const answer = await fetch(`${studio.server.url}/api/v1/${TENANT}/records/base.organisation?limit=1`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(answer.status).toBe(200)
  await panel.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('link', { name: 'Nightly import' })).toBeVisible()
  await expect(page.getByText(key)).toHaveCount(0)
})
