// Who may do what with one record, told where the record is, and sharing it.
import { expect, type Studio, TENANT, test } from './support/studio.ts'

interface Made {
  id: string
}

async function colleague(studio: Studio, name: string, role: string): Promise<void> {
  const [first = ''] = name.toLowerCase().split(' ')
  await studio.call('POST', `/api/v1/${TENANT}/users`, {
    name,
    email: `${first}@example.org`,
    roles: [role],
    password: `a password of ${first}`,
  })
}

async function openOrganisation(studio: Studio, name: string): Promise<string> {
  const { id } = (await studio.call('POST', `/api/v1/${TENANT}/records/base.organisation`, { name })) as Made
  return `/${TENANT}/base.organisation/${id}?tab=rl-access`
}

/** A role that reaches only what is shared with whoever holds it. */
async function publishGuest(studio: Studio): Promise<void> {
  const { version } = (await studio.call('GET', `/api/v1/${TENANT}/metadata`)) as { version: number }
  const manifest = { name: 'guests', version: '1.0.0', label: 'Guests', requires: { base: '^1.0.0' } }
  const guest = {
    name: 'guest',
    label: 'Guest',
    entities: { 'base.organisation': { read: 'shared', update: 'shared' } },
  }
  const files = { 'package.json': manifest, 'roles/guest.json': guest }
  const body = { packages: [{ name: 'guests', files }], expectedVersion: version }
  await studio.call('POST', `/api/v1/${TENANT}/metadata/publish`, body)
}

test('a record is shared, its reader is told why they see it, and the share is taken back', async ({
  signedIn: page,
  browser,
  studio,
}) => {
  await publishGuest(studio)
  await colleague(studio, 'Ida Guest', 'guests.guest')
  const address = await openOrganisation(studio, 'Harbour Works')
  await page.goto(address)
  await expect(page.getByRole('heading', { name: 'What you may do' })).toBeVisible()
  await expect(page.getByText('Administrator: all records').first()).toBeVisible()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await expect(page.getByText('Choose with whom.')).toBeVisible()
  await page.keyboard.type('Ida')
  await page.getByRole('option', { name: 'Ida Guest' }).click()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Take back from Ida Guest' })).toBeVisible()
  const ida = page.getByRole('button', { name: /Ida Guest See Shared with/ })
  await ida.click()
  await expect(page.getByText('No role says so').first()).toBeVisible()

  const context = await browser.newContext({ baseURL: studio.server.url })
  const theirs = await context.newPage()
  const signIn = { email: 'ida@example.org', password: 'a password of ida' }
  const headers = { origin: studio.server.url }
  await context.request.post(`${studio.server.url}/api/auth/sign-in/email`, { data: signIn, headers })
  await theirs.goto(address)
  await expect(theirs.getByText('Shared with Ida Guest').first()).toBeVisible()
  await expect(theirs.getByText('Allowed by a role, but not for this record').first()).toBeVisible()
  await expect(theirs.getByRole('heading', { name: 'Who can see it' })).toHaveCount(0)

  await page.getByRole('button', { name: 'Take back from Ida Guest' }).click()
  await expect(ida).toHaveCount(0)
  await theirs.reload()
  await expect(theirs.getByText('What you may do')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(ida).toBeVisible()
  await context.close()
})
