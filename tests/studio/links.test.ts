// Several records linked to one, with what each link says of its own.
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const API = `/api/v1/${TENANT}/records`
const CIRCLE = {
  name: 'circle',
  label: 'Circle',
  fields: [
    { name: 'name', type: 'text', required: true },
    {
      name: 'members',
      type: 'many_to_many',
      to: 'base.person',
      link_fields: [
        {
          name: 'part',
          type: 'choice',
          options: [
            { value: 'guest', label: 'Guest' },
            { value: 'host', label: 'Host' },
          ],
        },
      ],
    },
  ],
}

test.beforeAll(async ({ studio }) => {
  const { version } = (await studio.call('GET', `/api/v1/${TENANT}/metadata`)) as { version: number }
  const about = { name: 'salon', version: '1.0.0', label: 'Salon', requires: { base: '^1.0.0' } }
  await studio.call('POST', `/api/v1/${TENANT}/metadata/publish`, {
    packages: [{ name: 'salon', files: { 'package.json': about, 'entities/circle.json': CIRCLE } }],
    expectedVersion: version,
    note: 'salon',
  })
})

const person = async (studio: Studio, given: string, family: string): Promise<string> =>
  ((await studio.call('POST', `${API}/base.person`, { name: { given, family } })) as { id: string }).id

test('are chosen for a new record and written with it', async ({ signedIn: page, studio }) => {
  await person(studio, 'Lovelace', 'Linkwood')
  await person(studio, 'Babbage', 'Linkwood')
  await page.goto(`/${TENANT}/salon.circle/new`)
  const panel = page.getByRole('dialog', { name: 'New circle' })
  await panel.locator('[data-field=name] input').fill('Analytical matters')
  const links = panel.locator('[data-field=members]')
  for (const name of ['Lovelace Linkwood', 'Babbage Linkwood']) {
    await links.getByRole('combobox').fill(name)
    await page.getByRole('option', { name }).click()
    await expect(links.getByRole('link', { name })).toBeVisible()
  }
  await links.getByRole('button', { name: 'Remove Babbage Linkwood' }).click()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Analytical matters')
  const shown = page.locator('[data-field=members]')
  await expect(shown.getByRole('link')).toHaveText(['Lovelace Linkwood'])
})

test('are added, described, removed and put back on the page of a record', async ({ signedIn: page, studio }) => {
  await person(studio, 'Somerville', 'Linkwood')
  const circle = (await studio.call('POST', `${API}/salon.circle`, { name: 'Connexion of the sciences' })) as {
    id: string
  }
  await page.goto(`/${TENANT}/salon.circle/${circle.id}`)
  const links = page.locator('[data-field=members]')
  await links.getByRole('button', { name: 'Add to Members' }).click()
  await links.getByRole('combobox').fill('Somerville')
  await page.getByRole('option', { name: 'Somerville Linkwood' }).click()
  const item = links.locator('.rl-linked')
  await expect(item).toContainText('Somerville Linkwood')
  await links.getByRole('button', { name: 'Edit what is said of Somerville Linkwood' }).click()
  await links.locator('[data-link-field=part]').getByRole('combobox').fill('Host')
  await page.keyboard.press('Enter')
  await links.getByRole('button', { name: 'Done' }).click()
  await expect(item).toContainText('Host')
  await links.getByRole('button', { name: 'Remove Somerville Linkwood' }).click()
  await expect(item).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(item).toContainText('Host')
})
