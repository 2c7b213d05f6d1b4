// Single sign-on as somebody goes through it who has no password here.
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { expect, TENANT, test } from './support/studio.ts'

let idp: IdentityProvider
test.afterAll(() => idp.close())

test('an administrator names a provider; people come in by it and are told why not', async ({
  signedIn: page,
  browser,
  studio,
}) => {
  idp = await startIdentityProvider(`${studio.server.url}/api/sso/callback/${TENANT}`)
  await page.goto(`/${TENANT}/system.identity_provider/new`)
  await page.getByLabel('Name').fill('Northwind ID')
  await page.getByLabel('Issuer').fill(idp.issuer)
  await page.getByLabel('Client id').fill(idp.clientId)
  await page.getByLabel('Client secret').fill(idp.clientSecret)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { name: 'Northwind ID' })).toBeVisible()

  const context = await browser.newContext({ baseURL: studio.server.url })
  const theirs = await context.newPage()
  idp.person = { subject: 'ida', email: 'ida.sso@example.org', isVerified: true, name: 'Ida' }
  await theirs.goto(`/${TENANT}/base.organisation`)
  await theirs.getByRole('link', { name: 'Continue with Northwind ID' }).click()
  await expect(theirs.getByRole('alert')).toContainText('You are not a user of this organisation.')

  await studio.call('POST', `/api/v1/${TENANT}/users`, {
    name: 'Ida',
    email: idp.person.email,
    roles: ['system.reader'],
    password: 'a password of ida',
  })
  await theirs.goto(`/${TENANT}/base.organisation`)
  await theirs.getByRole('link', { name: 'Continue with Northwind ID' }).click()
  await expect(theirs).toHaveURL(`/${TENANT}/base.organisation`)
  await expect(theirs.locator('.rl-cell-name').first()).toBeVisible()
  await theirs.goto(`/${TENANT}/profile`)
  await expect(theirs.getByText('You signed in by your organisation.')).toBeVisible()
  await context.close()
})
