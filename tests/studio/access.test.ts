// Letting people and programs in: what comes of it is shown once.
import type { Browser, Page } from '@playwright/test'
import { expect, signIn, type Studio, TENANT, test } from './support/studio.ts'

/** Somebody else's browser. */
async function elsewhere(browser: Browser, studio: Studio): Promise<Page> {
  const context = await browser.newContext({ baseURL: studio.server.url })
  return context.newPage()
}

test('a person is invited by a link, chooses name and password, and sees what the role allows', async ({
  signedIn: page,
  browser,
  studio,
}) => {
  await page.goto(`/${TENANT}/system.user`)
  await page.getByRole('link', { name: 'New user' }).click()
  const panel = page.getByRole('dialog', { name: 'Invite a person' })
  await panel.getByLabel('E-mail').fill('grace@example.org')
  await panel.getByLabel('Member').uncheck()
  await panel.getByRole('button', { name: 'Invite' }).click()
  await expect(panel.getByRole('alert')).toContainText('Choose at least one role.')
  await panel.getByLabel('Reader', { exact: true }).check()
  await panel.getByRole('button', { name: 'Invite' }).click()
  const link = (await panel.locator('code').textContent()) ?? ''
  expect(link).toContain('/invitation?tenant=')
  await panel.getByRole('button', { name: 'Done' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.user`)

  const theirs = await elsewhere(browser, studio)
  await theirs.goto(link)
  await expect(theirs.getByRole('heading', { name: 'You are invited to Northwind Trading' })).toBeVisible()
  await theirs.getByRole('button', { name: 'Join' }).click()
  await expect(theirs.getByRole('alert').first()).toContainText('Enter your name.')
  await theirs.getByLabel('Your name').fill('Grace Hall')
  const password = theirs.getByLabel('Password')
  await password.fill('short')
  await expect(theirs.getByText('Must have at least 10 characters.')).toBeVisible()
  await password.fill('grace hall is here')
  await expect(theirs.getByText('Leave out your name and your address.')).toBeVisible()
  await password.fill('Password2024!')
  await theirs.getByRole('button', { name: 'Join' }).click()
  await expect(theirs.getByRole('alert')).toContainText('among the first that somebody would guess')
  await expect(password).toBeFocused()
  await password.fill('a password of hers')
  await expect(theirs.getByText('This will do.')).toBeVisible()
  await theirs.getByRole('button', { name: 'Join' }).click()
  await expect(theirs.getByRole('button', { name: /Account: .*Grace Hall/ })).toBeVisible()
  await theirs.goto(`/${TENANT}/base.organisation`)
  await expect(theirs.locator('.rl-cell-name').first()).toBeVisible()
  await expect(theirs.getByRole('link', { name: 'New organisation' })).toHaveCount(0)
  await expect(theirs.getByRole('link', { name: 'New entity' })).toHaveCount(0)
  await theirs.goto(link)
  await expect(theirs.getByRole('heading', { name: 'This invitation is no longer valid' })).toBeVisible()
  await theirs.context().close()

  await page.goto(`/${TENANT}/system.user`)
  await expect(page.getByRole('link', { name: 'Grace Hall' })).toBeVisible()
})

test('an invitation is sent again from its page, and revoked by deleting it', async ({
  signedIn: page,
  browser,
  studio,
}) => {
  await studio.call('POST', `/api/v1/${TENANT}/invitations`, { email: 'late@example.org', roles: ['system.reader'] })
  await page.goto(`/${TENANT}/system.invitation`)
  await page.getByRole('link', { name: 'late@example.org' }).click()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Send again' }).click()
  const panel = page.getByRole('dialog', { name: 'Invite a person' })
  const link = (await panel.locator('code').textContent()) ?? ''
  await panel.getByRole('button', { name: 'Done' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.invitation`)

  const theirs = await elsewhere(browser, studio)
  await theirs.goto(link)
  await expect(theirs.getByText('The invitation is for late@example.org.')).toBeVisible()
  await page.getByRole('link', { name: 'late@example.org' }).click()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Revoke' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.invitation`)
  await theirs.getByLabel('Your name').fill('Too Late')
  await theirs.getByLabel('Password').fill('a password of theirs')
  await theirs.getByRole('button', { name: 'Join' }).click()
  await expect(theirs.getByRole('heading', { name: 'This invitation is no longer valid' })).toBeVisible()
  await theirs.context().close()
})

test('somebody with an account joins with it, after signing in', async ({ browser, studio }) => {
  const email = 'both@example.org'
  const password = 'a password of theirs'
  await studio.call('POST', '/api/tenants', { title: 'Second Home', slug: 'second-home', kind: 'empty' })
  const body = { email, name: 'Bo Thompson', roles: ['system.member'], password }
  await studio.call('POST', `/api/v1/${TENANT}/users`, body)
  const made: unknown = await studio.call('POST', '/api/v1/second-home/invitations', {
    email,
    roles: ['system.reader'],
  })
  const link = typeof made === 'object' && made !== null && 'link' in made ? String(made.link) : ''
  const theirs = await elsewhere(browser, studio)
  await theirs.goto(link)
  await theirs.getByRole('button', { name: 'I have an account already' }).click()
  await theirs.getByLabel('E-mail').fill(email)
  await theirs.getByLabel('Password').fill(password)
  await theirs.getByRole('button', { name: 'Sign in' }).click()
  await theirs.getByRole('button', { name: 'Join as Bo Thompson' }).click()
  await expect(theirs).toHaveURL(/second-home/)
  await theirs.context().close()
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

test('a key is narrowed to some entities and to reading', async ({ signedIn: page, studio }) => {
  await page.goto(`/${TENANT}/system.key/new`)
  const panel = page.getByRole('dialog', { name: 'New API key' })
  await panel.getByLabel('Which program is it for?').fill('Report')
  await panel.getByLabel('It only reads').check()
  await panel.getByLabel('Which records').selectOption('Only of these entities')
  await panel.getByRole('button', { name: 'Create key' }).click()
  await expect(panel.getByRole('alert')).toContainText('Choose at least one entity.')
  await panel.getByLabel('Organisations', { exact: true }).check()
  await panel.getByRole('button', { name: 'Create key' }).click()
  const authorization = `Bearer ${(await panel.locator('code').textContent()) ?? ''}`
  const statusOf = async (entity: string) =>
    (await fetch(`${studio.server.url}/api/v1/${TENANT}/records/${entity}`, { headers: { authorization } })).status
  expect([await statusOf('base.organisation'), await statusOf('base.person')]).toEqual([200, 403])
})

test('where somebody is signed in is listed, and ended', async ({ page, browser, studio }) => {
  const other = await elsewhere(browser, studio)
  await signIn(other.context(), studio)
  await signIn(page.context(), studio)
  await other.goto(`/${TENANT}/profile`)
  await expect(other.locator('.rl-sessions').getByText('this device')).toBeVisible()
  await page.goto(`/${TENANT}/profile`)
  const list = page.locator('.rl-sessions li')
  await expect(list.nth(1)).toBeVisible()
  const before = await list.count()
  // The newest of the others is the one that was made just before.
  await list.nth(1).getByRole('button').click()
  await expect(page.getByText('1 device was signed out')).toBeVisible()
  await expect(list).toHaveCount(before - 1)
  await other.reload()
  await expect(other.getByRole('heading', { name: 'Sign in to Relata' })).toBeVisible()
  await other.context().close()
})
