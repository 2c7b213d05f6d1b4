// Rules of fields on the form: what is asked, what is fixed, what is offered; and what the server refuses, told where a
// person looks for it.
import { expect, type Studio, test } from './support/studio.ts'

const TENANT = 'quay'
const is = (path: string, value: unknown) => ({ '==': [{ var: path }, value] })
const QUAY = {
  name: 'quay',
  files: {
    'package.json': { name: 'quay', version: '1.0.0', label: 'Quay', requires: { system: '^1.0.0' } },
    'entities/ship.json': {
      name: 'ship',
      label: 'Ship',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'kind', type: 'choice', options: [{ value: 'tanker' }, { value: 'yacht' }], default: 'yacht' },
        {
          name: 'cargo',
          type: 'choice',
          options: [{ value: 'people' }, { value: 'oil', if: is('kind', 'tanker') }],
        },
        { name: 'permit', type: 'text', required_if: is('kind', 'tanker'), visible_if: is('kind', 'tanker') },
        { name: 'length', type: 'decimal', read_only_if: is('sold', true) },
        { name: 'sold', type: 'boolean', default: false },
      ],
      validations: [
        { name: 'long', rule: { '<': [{ var: 'length' }, 400] }, message: 'No ship is that long.', field: 'length' },
        { name: 'whole', rule: { '!=': [{ var: 'name' }, 'Nobody'] }, message: { en: 'Ships have names.' } },
      ],
      duplicates: [{ name: 'twins', match: [{ field: 'name' }], message: 'A ship of this name is here already.' }],
    },
  },
}

async function openQuay(studio: Studio): Promise<void> {
  await studio.call('POST', '/api/tenants', { title: 'Quay', slug: TENANT, kind: 'empty' })
  const { version } = (await studio.call('GET', `/api/v1/${TENANT}/metadata`)) as { version: number }
  const body = { packages: [QUAY], expectedVersion: version }
  await studio.call('POST', `/api/v1/${TENANT}/metadata/publish`, body)
}

test('a form follows the rules of its fields, and tells what the server refuses', async ({
  signedIn: page,
  studio,
}) => {
  await openQuay(studio)
  const sea = (await studio.call('POST', `/api/v1/${TENANT}/records/quay.ship`, { name: 'Sea', length: '50' })) as {
    id: string
  }
  await page.goto(`/${TENANT}/quay.ship`)
  await page.getByRole('link', { name: 'New ship' }).first().click()
  const panel = page.locator('rl-create-panel')
  const field = (name: string) => panel.locator(`[data-field=${name}]`)
  const pick = async (name: string, option: string): Promise<void> => {
    await field(name).getByRole('combobox').click()
    await page.getByRole('option', { name: option }).click()
  }

  // Dependent options, and a field that appears with what it depends on.
  await expect(field('permit')).toHaveCount(0)
  await field('cargo').getByRole('combobox').click()
  await expect(page.getByRole('option')).toHaveText(['People'])
  await page.keyboard.press('Escape')
  await pick('kind', 'Tanker')
  await pick('cargo', 'Oil')
  await field('name').locator('input').fill(' SEA ')
  await panel.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(field('permit')).toContainText('This field is required.')
  await field('permit').locator('input').fill('P-1')

  // At the field, then above the form.
  await field('length').locator('input').fill('1000')
  await panel.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(field('length')).toContainText('No ship is that long.')
  await field('length').locator('input').fill('100')
  await panel.getByRole('button', { name: 'Save', exact: true }).click()
  const refused = panel.locator('.rl-refused')
  await expect(refused).toContainText('A ship of this name is here already.')
  await expect(refused.getByRole('link', { name: 'Sea' })).toHaveAttribute('href', `/${TENANT}/quay.ship/${sea.id}`)
  await refused.getByRole('button', { name: 'Save anyway' }).click()
  await expect(panel).toHaveCount(0)

  // On its page: fixed as the record was, not as it is being changed.
  await page.goto(`/${TENANT}/quay.ship/${sea.id}`)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator('[data-field=name] input').fill('Nobody')
  await page.keyboard.press('Control+s')
  await expect(page.locator('.rl-refused')).toHaveText('Ships have names.')
  await page.locator('[data-field=name] input').fill('Sea')
  await page.locator('[data-field=sold] input').check()
  await expect(page.locator('[data-field=length]')).toHaveCount(1)
  await page.keyboard.press('Control+s')
  await expect(page.locator('.rl-save-bar')).toHaveCount(0)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await expect(page.locator('[data-field=name]')).toHaveCount(1)
  await expect(page.locator('[data-field=length]')).toHaveCount(0)
})
