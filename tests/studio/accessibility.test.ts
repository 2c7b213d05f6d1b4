// No page has a fault that axe calls serious, in light and in dark.
import { expectNoFaults } from './support/faults.ts'
import { expect, openList, TENANT, test } from './support/studio.ts'

const PAGES = [
  { name: 'list', path: `/${TENANT}/base.organisation`, ready: '.rl-cell-name' },
  {
    name: 'filtered list',
    path: `/${TENANT}/base.organisation?filter=%5B%5B%22name%22%2C%22contains%22%2C%22Company%22%5D%5D`,
    ready: '.rl-chip',
  },
  { name: 'empty list', path: `/${TENANT}/base.organisation?q=zzzz`, ready: '.rl-empty' },
  { name: 'trash', path: `/${TENANT}/trash`, ready: '.rl-trash' },
  { name: 'profile', path: `/${TENANT}/profile`, ready: '#display_name' },
  { name: 'new entity', path: `/${TENANT}/new-entity`, ready: 'rl-field-row select' },
  { name: 'invitation panel', path: `/${TENANT}/system.invitation/new`, ready: '#invite-email' },
  { name: 'forgotten password', path: '/forgot', ready: '#email' },
  { name: 'invitation that is over', path: '/invitation?tenant=x&token=x', ready: '[role=alert]' },
  { name: 'organisations', path: '/tenants', ready: '.rl-tenant' },
  { name: 'not found', path: `/${TENANT}/nothing`, ready: '.rl-empty' },
] as const

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test.setTimeout(90_000)
    // A list shows as many rows as fit, which are alike.
    test.use({ viewport: { width: 1440, height: 500 } })

    test('sign-in', async ({ page }) => {
      await page.goto('/')
      await expect(page.getByLabel('E-mail')).toBeVisible()
      await expectNoFaults(page)
    })

    for (const { name, path, ready } of PAGES) {
      test(name, async ({ signedIn: page }) => {
        await page.goto(path)
        await expect(page.locator(ready).first()).toBeVisible()
        await expectNoFaults(page)
      })
    }

    test('what opens over the list', async ({ signedIn: page }) => {
      await openList(page)
      await page.keyboard.press('f')
      await expectNoFaults(page, { part: '.rl-field-menu' })
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Choose columns' }).click()
      await expectNoFaults(page, { part: '.rl-columns' })
      await page.keyboard.press('Escape')
      await page.getByRole('checkbox', { name: 'Select all loaded records' }).click()
      await expectNoFaults(page, { part: 'rl-bulk-bar' })
      await page.getByRole('button', { name: /^App:/ }).click()
      await expectNoFaults(page, { part: 'rl-sidebar' })
      await page.keyboard.press('Escape')
      await page.keyboard.press('?')
      await expectNoFaults(page, { part: '.rl-shortcuts' })
    })
  })
}
