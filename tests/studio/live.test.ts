// Two people at the same records: what one does the other sees, without losing their place or what they type.
import { expect, nameOf, openList, type Studio, TENANT, test } from './support/studio.ts'

const PATH = `/api/v1/${TENANT}/records/base.organisation`
const find = async (studio: Studio, name: string): Promise<string> => {
  const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'name' }, name] }))
  const { data } = (await studio.call('GET', `${PATH}?filter=${filter}&select=id`)) as { data: [{ id: string }] }
  return data[0].id
}

test('a list shows what others change, where it stands and with what is chosen', async ({ signedIn: page, studio }) => {
  await openList(page, `/${TENANT}/base.organisation?sort=name`)
  await page
    .locator('vaadin-grid')
    .evaluate((grid) => 'scrollToIndex' in grid && (grid as { scrollToIndex(row: number): void }).scrollToIndex(300))
  const box = page.getByRole('checkbox', { name: nameOf(302) })
  await box.check()
  const id = await find(studio, nameOf(303))
  await studio.call('PATCH', `${PATH}/${id}`, { name: `${nameOf(303)} renamed` })
  await expect(page.getByText(`${nameOf(303)} renamed`)).toBeVisible()
  await expect(box).toBeChecked()
  await expect(page.locator('.rl-bulk')).toContainText('1 selected')
  await studio.call('PATCH', `${PATH}/${id}`, { name: nameOf(303) })
  await expect(page.getByText(`${nameOf(303)} renamed`)).toHaveCount(0)
})

test('a record shows what others change; what is being typed stays, and who changed it is said', async ({
  signedIn: page,
  studio,
}) => {
  const { id } = (await studio.call('POST', PATH, { name: 'Together', employees: 5 })) as { id: string }
  await page.goto(`/${TENANT}/base.organisation/${id}`)
  await expect(page.locator('[data-row=employees]')).toContainText('5')
  await studio.call('PATCH', `${PATH}/${id}`, { employees: 6 })
  await expect(page.locator('[data-row=employees]')).toContainText('6')

  await page.locator('[data-row=name] .rl-row-edit').click()
  await page.keyboard.type(' mine')
  await studio.call('PATCH', `${PATH}/${id}`, { employees: 7 })
  await expect(page.getByText(/has changed this just now/)).toBeVisible()
  await expect(page.locator('[data-row=name] input')).toHaveValue(/mine/)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.locator('.rl-conflict').getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('[data-row=employees]')).toContainText('7')
  await expect(page.locator('[data-row=name]')).toContainText('mine')

  await studio.call('DELETE', `${PATH}/${id}`)
  await expect(page.getByText('Somebody has deleted this record')).toBeVisible()
})

test('what somebody publishes is there without a reload', async ({ signedIn: page, studio }) => {
  await studio.call('POST', '/api/tenants', { title: 'Growing', slug: 'growing', kind: 'empty' })
  await page.goto('/growing/base.person')
  await expect(page.getByRole('heading', { name: 'People', exact: true })).toBeVisible()
  const { version } = (await studio.call('GET', '/api/v1/growing/metadata')) as { version: number }
  const files = {
    'package.json': { name: 'shed', version: '1.0.0', label: 'Shed', requires: { system: '^1.0.0' } },
    'entities/tool.json': { name: 'tool', label: 'Tool', plural: 'Tools', fields: [{ name: 'name', type: 'text' }] },
    'apps/shed.json': { name: 'shed', label: 'Shed', navigation: [{ id: 'tools', entity: 'tool' }] },
  }
  await studio.call('POST', '/api/v1/growing/metadata/publish', {
    packages: [{ name: 'shed', files }],
    expectedVersion: version,
  })
  await expect(async () => {
    await page.locator('rl-sidebar .rl-menu-row').nth(1).click()
    await expect(page.getByRole('menuitem', { name: 'Shed' })).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 15_000 })
})
