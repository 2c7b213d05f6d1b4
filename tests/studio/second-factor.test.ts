// A second factor from the profile to the next sign-in, as its owner goes through it.
import type { Browser, Page } from '@playwright/test'
import { totpCode, totpStep } from '../../kernel/auth/totp.ts'
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const PASSWORD = 'a password of theirs'

async function personAt(browser: Browser, studio: Studio, email: string, roles: readonly string[]): Promise<Page> {
  const [name = ''] = email.split('@')
  await studio.call('POST', `/api/v1/${TENANT}/users`, { name, email, roles, password: PASSWORD })
  const context = await browser.newContext({ baseURL: studio.server.url })
  return context.newPage()
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
}

/** From the picture to the codes on paper. @returns the secret, and the first code on paper */
async function setUp(page: Page): Promise<{ secret: string; paper: string }> {
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('img', { name: 'Picture for the camera of the app' })).toBeVisible()
  const secret = ((await page.locator('rl-second-factor code').textContent()) ?? '').replaceAll(' ', '')
  await page.keyboard.type('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByText('This is not the code that the app shows now.')).toBeVisible()
  await page.getByLabel('The code that the app shows now').fill(totpCode(secret, totpStep(Date.now()) - 1))
  await page.keyboard.press('Enter')
  const codes = page.locator('.rl-second-factor-codes li')
  await expect(codes).toHaveCount(10)
  const paper = (await codes.first().textContent()) ?? ''
  await page.getByRole('button', { name: 'I have kept them' }).click()
  return { secret, paper: paper.trim() }
}

test('is set up on the profile, and asked for at the next sign-in', async ({ browser, studio }) => {
  const page = await personAt(browser, studio, 'vera@example.org', ['system.member'])
  await page.goto(`/${TENANT}/profile`)
  await signIn(page, 'vera@example.org')
  const { secret, paper } = await setUp(page)
  await expect(page.getByText('10 codes on paper are left.')).toBeVisible()

  await page.context().clearCookies()
  await page.goto(`/${TENANT}/profile`)
  await signIn(page, 'vera@example.org')
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible()
  const code = page.getByLabel('Code', { exact: true })
  await expect(code).toBeFocused()
  await code.fill('123')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('The code is wrong')
  // Six digits need no button.
  await code.pressSequentially(totpCode(secret, totpStep(Date.now())))
  await expect(page.getByText('10 codes on paper are left.')).toBeVisible()

  await page.context().clearCookies()
  await page.goto(`/${TENANT}/profile`)
  await signIn(page, 'vera@example.org')
  await code.fill(paper)
  await page.keyboard.press('Enter')
  await expect(page.getByText('9 codes on paper are left.')).toBeVisible()
  await page.getByRole('button', { name: 'Turn off' }).click()
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Set up' })).toBeVisible()
  await page.context().close()
})

test('a role that asks for it leads there first', async ({ browser, studio }) => {
  const { version } = (await studio.call('GET', `/api/v1/${TENANT}/metadata`)) as { version: number }
  const manifest = { name: 'vault', version: '1.0.0', label: 'Vault', requires: { base: '^1.0.0' } }
  const keeper = { name: 'keeper', label: 'Keeper', second_factor: true, entities: { '*': { read: 'all' } } }
  const files = { 'package.json': manifest, 'roles/keeper.json': keeper }
  const body = { packages: [{ name: 'vault', files }], expectedVersion: version }
  await studio.call('POST', `/api/v1/${TENANT}/metadata/publish`, body)
  const page = await personAt(browser, studio, 'kurt@example.org', ['vault.keeper'])
  await page.goto(`/${TENANT}/base.organisation`)
  await signIn(page, 'kurt@example.org')
  await expect(page.getByRole('heading', { name: 'Set up a second factor' })).toBeVisible()
  await setUp(page)
  await expect(page.locator('.rl-cell-name').first()).toBeVisible()
  await page.context().close()
})
