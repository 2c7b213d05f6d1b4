// A file on its way: how far it is, what went wrong, and another try; the rest of the form stays as it was.
import { expect, TENANT, test } from './support/studio.ts'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

test('a file that could not be sent says so at its field, and is sent by another try', async ({
  signedIn: page,
  studio,
}) => {
  const made = (await studio.call('POST', `/api/v1/${TENANT}/records/base.organisation`, { name: 'Pictured' })) as {
    id: string
  }
  await page.goto(`/${TENANT}/base.organisation/${made.id}`)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator('[data-field=legal_name] input').fill('Pictured Ltd')
  const logo = page.locator('[data-field=logo]')
  await logo.evaluate((element) => element.closest('details')?.setAttribute('open', ''))
  const choose = () =>
    logo.locator('input[type=file]').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: PIXEL })

  await page.route('**/files', (route) => route.abort())
  await choose()
  await expect(logo.locator('.rl-error')).toContainText('cannot be reached')
  await expect(page.locator('[data-field=legal_name] input')).toHaveValue('Pictured Ltd')

  await page.unroute('**/files')
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/files', async (route) => {
    await held
    await route.continue()
  })
  await choose()
  await expect(logo.getByRole('status')).toContainText('logo.png')
  release()
  await expect(logo.getByRole('link', { name: /logo\.png/ })).toBeVisible()
  await expect(logo.locator('.rl-error')).toHaveCount(0)
  await page.keyboard.press('Control+s')
  await expect(page.locator('.rl-save-bar')).toHaveCount(0)
  await expect(page.locator('[data-row=logo]').getByRole('link', { name: /logo\.png/ })).toBeVisible()
})
