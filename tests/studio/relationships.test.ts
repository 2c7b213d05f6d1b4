// How a record stands to others, seen and changed on its page.
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const API = `/api/v1/${TENANT}/records`
const make = async (studio: Studio, entity: string, body: object): Promise<string> =>
  ((await studio.call('POST', `${API}/${entity}`, body)) as { id: string }).id
const addressOf = (entity: string, id: string) => `/${TENANT}/${entity}/${id}?tab=rl-relationships`

test('is added from the page of one, and reads the other way on the page of the other', async ({
  signedIn: page,
  studio,
}) => {
  const person = await make(studio, 'base.person', { name: { given: 'Grace', family: 'Murray' } })
  const organisation = await make(studio, 'base.organisation', { name: 'Relay Computing' })
  await page.goto(addressOf('base.person', person))
  await page.getByRole('button', { name: 'Add a relationship' }).click()
  await page.keyboard.type('works for')
  await page.keyboard.press('Enter')
  const form = page.locator('rl-relationship-form')
  const other = form.locator('[data-field=other]').getByRole('combobox').last()
  await other.fill('Relay Comp')
  await page.getByRole('option', { name: 'Relay Computing' }).click()
  await form.locator('[data-field=from_role] input').fill('Mathematician')
  await page.keyboard.press('Control+Enter')
  const row = page.locator('.rl-relationship')
  await expect(row).toContainText('Relay Computing')
  await expect(row).toContainText('Mathematician')
  await page.goto(addressOf('base.organisation', organisation))
  await expect(page.getByRole('heading', { name: 'employs' })).toBeVisible()
  await expect(page.locator('.rl-relationship')).toContainText('Grace Murray')
})

test('ends, is removed, and both are undone', async ({ signedIn: page, studio }) => {
  const person = await make(studio, 'base.person', { name: { given: 'Alan', family: 'Mathison' } })
  const organisation = await make(studio, 'base.organisation', { name: 'Bletchley' })
  const [from, to] = [
    { entity: 'base.person', id: person },
    { entity: 'base.organisation', id: organisation },
  ]
  await make(studio, 'system.relationship', { type: 'base.works_for', from, to, valid_from: '1939-09-04' })
  const old = { type: 'base.member_of', from, to, valid_from: '1931-10-01', valid_to: '1934-06-30' }
  await make(studio, 'system.relationship', old)
  await page.goto(addressOf('base.person', person))
  const present = page.locator('.rl-relationship').filter({ hasText: 'since' })
  await expect(page.getByText('1 ended')).toBeVisible()
  await present.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Ends today' }).click()
  await expect(present).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(present).toHaveCount(1)
  await present.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await expect(present).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect(present).toHaveCount(1)
})

test('is changed in place', async ({ signedIn: page, studio }) => {
  const person = await make(studio, 'base.person', { name: { given: 'Joan', family: 'Clarke' } })
  const organisation = await make(studio, 'base.organisation', { name: 'Hut Eight' })
  const [from, to] = [
    { entity: 'base.person', id: person },
    { entity: 'base.organisation', id: organisation },
  ]
  const body = { type: 'base.works_for', from, to, valid_from: '1940-06-17', valid_to: '1944-01-01' }
  const id = await make(studio, 'system.relationship', body)
  await page.goto(addressOf('base.person', person))
  await page.locator('.rl-relationship').getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.locator('rl-relationship-form')
  await form.locator('[data-field=strength]').getByRole('combobox').fill('strong')
  await page.getByRole('option', { name: 'Strong' }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  expect(await studio.call('GET', `${API}/system.relationship/${id}`)).toMatchObject({ strength: 'strong', version: 2 })
})
