// What is not there yet is told as such: roll-ups that are being computed, a demo that is being filled.
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const API = `/api/v1/${TENANT}/records`
const make = async (studio: Studio, entity: string, body: object): Promise<string> =>
  ((await studio.call('POST', `${API}/${entity}`, body)) as { id: string }).id

test('a roll-up says that it is being computed, and shows its value when it is there', async ({
  signedIn: page,
  studio,
}) => {
  const id = await make(studio, 'base.organisation', { name: 'Counting House' })
  await make(studio, 'base.person', { name: { given: 'Ada', family: 'Sum' }, employer: id })
  let isPending = true
  await page.route(`**/api/v1/${TENANT}/meta`, async (route) => {
    const response = await route.fetch()
    const meta = await response.json()
    for (const entity of meta.entities)
      for (const field of entity.fields) if (isPending && field.name === 'number_of_people') field.isPending = true
    await route.fulfill({ response, json: meta })
  })
  await page.goto(`/${TENANT}/base.organisation/${id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Counting House')
  const people = page.locator('.rl-fact', { hasText: 'Known people' })
  await expect(people).toContainText('being computed…')
  isPending = false
  await expect(people).toContainText('1', { timeout: 10_000 })
  await expect(people).not.toContainText('being computed')
})

test('the list of organisations tells how far a demo is', async ({ signedIn: page }) => {
  let filling: object | undefined = { job: 'x', state: 'running', progress: 42 }
  await page.route('**/api/session', async (route) => {
    const response = await route.fetch()
    const session = await response.json()
    for (const tenant of session.tenants) if (filling) tenant.filling = filling
    await route.fulfill({ response, json: session })
  })
  await page.goto('/tenants')
  await expect(page.getByText('sample records are being made: 42 %').first()).toBeVisible()
  filling = undefined
  await expect(page.getByText('sample records are being made')).toHaveCount(0, { timeout: 10_000 })
})
