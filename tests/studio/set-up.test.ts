// The first start: a one-time link makes the first administrator, who chooses what to start with.
import { expect, test } from '@playwright/test'
import { startServer } from '../support/start-server.ts'

test('from the one-time link to a demo with records, and its removal by one click', async ({ page }) => {
  test.setTimeout(300_000)
  const server = await startServer({ env: { RELATA_ADMIN_EMAIL: undefined, RELATA_ADMIN_PASSWORD: undefined } })
  try {
    await page.goto(server.url)
    await expect(page.getByRole('heading', { name: 'Not set up yet' })).toBeVisible()

    const link = /\/setup\?token=\S+/.exec(server.output())?.[0]
    expect(link).toBeDefined()
    await page.goto(server.url + link)
    await page.getByLabel('Your name').fill('Ada Moreau')
    await page.getByLabel('E-mail').fill('ada@example.org')
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Create and sign in' }).click()
    await expect(page.getByLabel('Password')).toBeFocused()
    await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true')
    await page.getByLabel('Password').fill('a longer password')
    await page.getByRole('button', { name: 'Create and sign in' }).click()

    await expect(page.getByRole('heading', { name: 'What would you like to start with?' })).toBeVisible()
    await page.getByRole('button', { name: /Explore the demo/ }).click()
    await expect(page.getByRole('progressbar')).toBeVisible()
    await expect(page.locator('.rl-cell-name').first()).toBeVisible({ timeout: 240_000 })

    await page.getByRole('button', { name: /^Organisation:/ }).click()
    await page.getByRole('menuitem', { name: 'Organisations' }).click()
    await page.getByRole('button', { name: 'Remove Demo' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove demo' }).click()
    await expect(page.getByRole('heading', { name: 'What would you like to start with?' })).toBeVisible()

    await page.goto(server.url + link)
    await expect(page.getByRole('heading', { name: 'Already set up' })).toBeVisible()
  } finally {
    await server.stop()
  }
})
