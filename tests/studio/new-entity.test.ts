// From a name and rows of fields to a published entity, in well under a minute.
import { expect, TENANT, test } from './support/studio.ts'

test('an entity is made up, published, and gets its first record within a minute', async ({ signedIn: page }) => {
  const startedMs = Date.now()
  await page.goto(`/${TENANT}/new-entity`)
  await page.getByLabel('What is one of them called?').fill('Vehicle')
  await page.getByLabel('Name of field 1').press('Enter')
  await page.getByLabel('Name of field 2').fill('Level')
  await page.getByLabel('Type of field 2').selectOption('choice')
  await expect(page.getByLabel('Option 1', { exact: true })).toBeFocused()
  await page.keyboard.type('Low')
  await page.keyboard.press('Enter')
  await page.keyboard.type('High')
  await page.getByRole('button', { name: 'Add field' }).click()
  await page.getByLabel('Name of field 3').fill('Keeper')
  await page.getByLabel('Type of field 3').selectOption('reference')
  await page.getByLabel('Which records does it lead to?').selectOption('base.person')
  await expect(page.locator('.rl-preview')).toContainText('Keeper')
  await page.getByRole('button', { name: 'Publish' }).click()

  await expect(page).toHaveURL(`/${TENANT}/custom.vehicle/new`)
  await expect(page.getByText('Vehicle is published.')).toBeVisible()
  await expect(page.locator('rl-sidebar').getByRole('link', { name: 'Vehicles' })).toHaveAttribute(
    'aria-current',
    'page',
  )
  const panel = page.getByRole('dialog', { name: 'New vehicle' })
  await panel.getByLabel('Name').fill('Red van')
  await panel.locator('.rl-button[primary]').click()
  await expect(page).toHaveURL(/\/custom\.vehicle\/[0-9a-f-]{36}$/)
  expect(Date.now() - startedMs).toBeLessThan(60_000)
  await page.goto(`/${TENANT}/custom.vehicle`)
  await expect(page.getByRole('link', { name: 'Red van' })).toBeVisible()
  for (const name of ['Level', 'Keeper']) await expect(page.getByRole('columnheader', { name })).toBeVisible()
})

test('what is missing is said at its place, and the first place gets the focus', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/new-entity`)
  await page.getByLabel('Type of field 1').selectOption('choice')
  await page.getByRole('button', { name: 'Publish' }).click()
  await expect(page.getByRole('alert')).toContainText('2 things are missing or wrong.')
  await expect(page.getByLabel('What is one of them called?')).toBeFocused()
  await expect(page.getByText('Add at least one option.')).toBeVisible()
  await page.getByLabel('What is one of them called?').fill('Thing')
  await expect(page.getByRole('alert')).toContainText('One thing is missing or wrong.')
})

test('what the server refuses is said at the row it is about', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/new-entity`)
  await page.getByLabel('What is one of them called?').fill('Ticket')
  await page.getByLabel('Type of field 1').selectOption('auto_number')
  await page.getByLabel('How the number looks').fill('T-{WEEK}')
  await page.getByRole('button', { name: 'Publish' }).click()
  await expect(page.locator('rl-field-row').first()).toContainText('does not know {WEEK}')
})

test('a draft outlives a reload, until one starts over', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/new-entity`)
  await page.getByLabel('What is one of them called?').fill('Kept')
  await page.reload()
  await expect(page.getByLabel('What is one of them called?')).toHaveValue('Kept')
  await page.getByRole('button', { name: 'Start over' }).click()
  await expect(page.getByLabel('What is one of them called?')).toHaveValue('')
})
