// Trash, profile, organisations.
import { expect, nameOf, openList, TENANT, test } from './support/studio.ts'

test('the trash lists what was deleted, restores it, and removes it for good after a question', async ({
  signedIn: page,
  studio,
}) => {
  for (const subject of ['Keep me', 'Lose me'])
    await studio.call('POST', `/api/v1/${TENANT}/records/base.task`, { subject })
  await page.goto(`/${TENANT}/base.task`)
  await page.getByRole('checkbox', { name: 'Select all loaded records' }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await expect(page.locator('.rl-cell-name')).toHaveCount(0)
  await page.getByRole('link', { name: 'Trash' }).click()
  // Other tests of this worker may have left something of another kind.
  await page
    .locator('.rl-views')
    .getByRole('link', { name: /^Tasks/ })
    .click()
  const row = (name: string) => page.locator('.rl-trash-list li', { hasText: name })
  await row('Keep me').getByRole('button', { name: 'Restore' }).click()
  await expect(row('Keep me')).toHaveCount(0)
  await row('Lose me').getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Remove for good' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await expect(row('Lose me')).toBeVisible()
  await page.getByRole('button', { name: 'Remove for good' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove for good' }).click()
  await expect(row('Lose me')).toHaveCount(0)
  await page.goto(`/${TENANT}/base.task`)
  await expect(page.getByRole('link', { name: 'Keep me' })).toBeVisible()
})

test('the profile is saved as it is chosen: theme, language, name', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/profile`)
  await page.getByText('Dark', { exact: true }).click()
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark')
  await page.getByLabel('Language').selectOption('ru')
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru')
  await expect(page.locator('rl-sidebar')).toContainText('Задачи')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Профиль')
  await page.locator('#display_name').fill('')
  await page.locator('#display_name').blur()
  await expect(page.getByRole('alert').first()).toContainText('Введите имя, которое увидят другие.')
  await page.reload()
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark')
  await expect(page.locator('#locale')).toHaveValue('ru')
  await page.locator('#locale').selectOption('')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile')
})

test('an organisation is made, entered and removed after its name was typed', async ({ signedIn: page }) => {
  await page.goto('/tenants')
  await page.getByRole('button', { name: /Start empty/ }).click()
  await page.getByLabel('Name of your organisation').fill('Second Street Ltd')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('button', { name: /Organisation: Second Street Ltd/ })).toBeVisible()

  await page.goto('/tenants')
  await page.getByRole('button', { name: 'Remove Second Street Ltd' }).click()
  const sure = page.getByRole('dialog').getByRole('button', { name: 'Remove for good' })
  await expect(sure).toBeDisabled()
  await page.getByRole('dialog').getByRole('textbox').fill('Second Street Ltd')
  await sure.click()
  await expect(page.getByText('Second Street Ltd was removed')).toBeVisible()
  await expect(page.getByRole('link', { name: /Second Street Ltd/ })).toHaveCount(0)
  await expect(page.getByRole('link', { name: /Northwind Trading/ })).toBeVisible()
})

test('the sidebar shows one app, and its entries lead to lists', async ({ signedIn: page }) => {
  await openList(page)
  await page.getByRole('button', { name: /^App:/ }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.user`)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('link', { name: 'Jobs' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.job`)
  await page.goBack()
  await page.goBack()
  await expect(page.getByRole('link', { name: nameOf(0) })).toBeVisible()
})

test('the sidebar folds away and comes back', async ({ signedIn: page }) => {
  await openList(page)
  const sidebar = page.locator('rl-sidebar').getByRole('link', { name: 'Trash' })
  await page.keyboard.press('[')
  await expect(sidebar).toBeHidden()
  await page.reload()
  await expect(page.getByRole('link', { name: nameOf(0) })).toBeVisible()
  await expect(sidebar).toBeHidden()
  await page.getByRole('button', { name: 'Open navigation' }).click()
  await expect(sidebar).toBeVisible()
})
