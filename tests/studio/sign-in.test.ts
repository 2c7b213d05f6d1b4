// Getting in, staying in, getting out.
import { ADMIN, expect, openList, TENANT, test, signIn } from './support/studio.ts'

test('a wrong password says so and keeps the address that was typed', async ({ page }) => {
  await page.goto('/')
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill('not it at all')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('The e-mail address or the password is wrong.')
  await expect(page.getByLabel('E-mail')).toHaveValue(ADMIN.email)
})

test('signing in opens the page that was asked for', async ({ page }) => {
  const wanted = `/${TENANT}/base.organisation?q=0042`
  await page.goto(wanted)
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: 'Company 0042' })).toBeVisible()
  await expect(page).toHaveURL(wanted)
})

test('a session that ends is renewed in a dialog, over the page that was open', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/new-entity`)
  await page.getByLabel('What is one of them called?').fill('Half typed')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog', { name: 'Please sign in again' })
  await expect(dialog.getByLabel('E-mail')).toHaveValue(ADMIN.email)
  await dialog.getByLabel('Password').fill(ADMIN.password)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByLabel('What is one of them called?')).toHaveValue('Half typed')
})

test('signing out leads to the sign-in page, and nothing can be opened any more', async ({ page, studio }) => {
  await signIn(page.context(), studio)
  await openList(page)
  await page.getByRole('button', { name: /Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Relata' })).toBeVisible()
  await page.goto(`/${TENANT}/base.organisation`)
  await expect(page.getByRole('heading', { name: 'Sign in to Relata' })).toBeVisible()
})

test('an address outside of one’s organisations leads nowhere', async ({ signedIn: page }) => {
  for (const path of ['/elsewhere/base.organisation', `/${TENANT}/base.nothing`, `/${TENANT}/nothing`]) {
    await page.goto(path)
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible()
  }
})
