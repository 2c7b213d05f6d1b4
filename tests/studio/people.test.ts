// Who works here, as an administrator sees it: roles, teams, manager, sessions.
import type { Page } from '@playwright/test'
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const api = `/api/v1/${TENANT}`

async function make(studio: Studio, path: string, body: object): Promise<string> {
  const made: unknown = await studio.call('POST', `${api}/${path}`, body)
  return typeof made === 'object' && made !== null && 'id' in made ? String(made.id) : ''
}

const person = (studio: Studio, name: string, role = 'system.reader') =>
  make(studio, 'users', {
    email: `${name.toLowerCase()}@example.org`,
    name,
    roles: [role],
    password: 'a password of theirs',
  })

const openUser = (page: Page, id: string) => page.goto(`/${TENANT}/system.user/${id}`)

test('a role is given on the page of a person, and its name leads to its rights', async ({
  signedIn: page,
  studio,
}) => {
  const id = await person(studio, 'Ivy')
  await openUser(page, id)
  await page.getByRole('button', { name: 'Edit Roles' }).click()
  await page.locator('[data-row="roles"]').getByRole('combobox').fill('Contact man')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const facts = page.locator('.rl-facts')
  await expect(facts.getByRole('link', { name: 'Reader' })).toBeVisible()
  await facts.getByRole('link', { name: 'Contact manager' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.role/base.contact_manager`)
  await expect(page.getByRole('link', { name: '1 person' })).toBeVisible()
})

test('the page of a person shows teams and reports; that of a team who is in it and what is below', async ({
  signedIn: page,
  studio,
}) => {
  const boss = await person(studio, 'Uma')
  const id = await person(studio, 'Noor')
  await studio.call('PATCH', `${api}/records/system.user/${id}`, { manager: boss })
  const sales = await make(studio, 'records/system.team', { name: 'Sales', is_unit: true })
  await make(studio, 'records/system.team', { name: 'Sales North', parent: sales })
  await make(studio, 'records/system.team_members', { team: sales, user: id, role: 'lead' })
  await openUser(page, id)
  await expect(page.locator('.rl-facts').getByRole('link', { name: 'Uma' })).toBeVisible()
  const teams = page.locator('rl-related').filter({ hasText: 'In these teams' })
  await expect(teams.getByRole('row', { name: /Sales Lead/ })).toBeVisible()
  await teams.getByRole('link', { name: 'Sales' }).click()
  await expect(page.getByRole('link', { name: 'Noor', exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Sales North' })).toBeVisible()
  await openUser(page, boss)
  await page.getByRole('tab', { name: 'Reports' }).click()
  await expect(page.getByRole('link', { name: 'Noor', exact: true })).toBeVisible()
})

test('where a person is signed in is seen and ended on their page', async ({ signedIn: page, browser, studio }) => {
  const id = await person(studio, 'Otto')
  await openUser(page, id)
  await expect(page.getByText('Last sign-in')).toHaveCount(0)
  const context = await browser.newContext({ baseURL: studio.server.url })
  const theirs = await context.newPage()
  const data = { email: 'otto@example.org', password: 'a password of theirs' }
  await context.request.post('/api/auth/sign-in/email', { data, headers: { origin: studio.server.url } })
  await theirs.goto(`/${TENANT}/base.organisation`)
  await expect(theirs.locator('.rl-cell-name').first()).toBeVisible()
  await page.reload()
  await expect(page.locator('.rl-facts')).toContainText('Last sign-in')
  await page.getByRole('tab', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: /^Sign out/ }).click()
  await expect(page.getByText('1 device was signed out')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Sign out/ })).toHaveCount(0)
  await theirs.reload()
  await expect(theirs.locator('.rl-cell-name')).toHaveCount(0)
  await context.close()
})
