// What administrators do about work that was given up, and about webhooks.
import type { TestPlugin } from '../support/plugin-archive.ts'
import { expectNoFaults } from './support/faults.ts'
import { expect, type Studio, test } from './support/studio.ts'

const TENANT = 'operated'
/** Refuses what it is told of for as long as the person has no title. */
const PLUGIN: TestPlugin = {
  name: 'picky',
  requires: { base: '^1.0.0' },
  manifest: { permissions: { records: { 'base.person': { read: ['job_title'] } } } },
  behaviour: { after: [{ name: 'follow', entity: 'base.person', on: ['create'], as: 'user' }] },
  run: `
    if (input.event.record.job_title) return null
    throw Object.assign(new Error('no'), { relataRefusal: { message: 'They have no title.', field: null } })`,
}

let isThere = false
test.beforeEach(async ({ studio }) => {
  if (isThere) return
  isThere = true
  await studio.call('POST', '/api/tenants', { title: 'Operated', slug: TENANT, kind: 'empty' })
  await studio.install(TENANT, PLUGIN)
})

const person = async (studio: Studio, family: string): Promise<string> =>
  ((await studio.call('POST', `/api/v1/${TENANT}/records/base.person`, { name: { family } })) as { id: string }).id

test('work that was given up says why, and is run again or dropped', async ({ signedIn: page, studio }) => {
  const id = await person(studio, 'Untitled')
  await person(studio, 'Unwanted')
  await page.goto(`/${TENANT}/system.dead_letter`)
  await expect(page.getByText(/picky/)).toHaveCount(2, { timeout: 15_000 })
  await page.getByText(new RegExp(id)).click()
  await expect(page.getByText('They have no title.').first()).toBeVisible()
  await expectNoFaults(page, { part: 'main' })

  await studio.call('PATCH', `/api/v1/${TENANT}/records/base.person/${id}`, { job_title: 'Dr' })
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect(page.locator('rl-toasts')).toContainText('1 runs again')
  await expect(page.locator('.rl-facts')).toContainText('Done', { timeout: 15_000 })
  await expect(page.getByRole('button', { name: 'Run again' })).toHaveCount(0)

  const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'state' }, 'open'] }))
  const path = `/api/v1/${TENANT}/records/system.dead_letter?filter=${filter}&select=id`
  const { data: left } = (await studio.call('GET', path)) as { data: { id: string }[] }
  await page.goto(`/${TENANT}/system.dead_letter/${left[0]?.id}`)
  await expect(page.locator('.rl-facts')).toContainText('Open')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Drop' }).click()
  await page.locator('rl-dialogs').getByRole('button', { name: 'Drop' }).click()
  await expect(page.locator('.rl-facts')).toContainText('Dropped')
})

test('a webhook is tried before it is trusted, gets a new secret that is shown once, and what it sent is sent again', async ({
  signedIn: page,
  studio,
}) => {
  const webhook = {
    name: 'Ledger',
    url: 'https://ledger.invalid/hook',
    secret: 'a-secret-that-nobody-guesses',
    role: 'system.administrator',
    operations: ['create'],
  }
  const { id } = (await studio.call('POST', `/api/v1/${TENANT}/records/system.webhook`, webhook)) as { id: string }
  await page.goto(`/${TENANT}/system.webhook/${id}`)
  await page.getByRole('button', { name: 'Send a test' }).click()
  const told = page.locator('.rl-told-dialog')
  await expect(told).toContainText('The test has not arrived', { timeout: 20_000 })
  await expect(told).toContainText('What went wrong')
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'New signing secret' }).click()
  await page.locator('rl-dialogs').getByRole('button', { name: 'New signing secret' }).click()
  await expect(told.locator('code')).toHaveText(/^whsec_/)
  await expectNoFaults(page, { part: '.rl-told-dialog' })
  await told.getByRole('button', { name: 'Done' }).click()
  await expect(told).toHaveCount(0)

  await person(studio, 'Delivered')
  // The test has nothing that could be sent again; what came of the record has.
  const deliveries = async () =>
    (
      (await studio.call('GET', `/api/v1/${TENANT}/records/system.webhook_delivery?select=event`)) as {
        data: { id: string; event: string | null }[]
      }
    ).data
  await expect
    .poll(async () => (await deliveries()).some(({ event }) => event !== null), { timeout: 20_000 })
    .toBe(true)
  const again = page.getByRole('button', { name: 'Send again' })
  const [tried, sent] = [
    (await deliveries()).find(({ event }) => event === null),
    (await deliveries()).find(({ event }) => event !== null),
  ]
  await page.goto(`/${TENANT}/system.webhook_delivery/${tried?.id}`)
  await expect(page.locator('.rl-facts')).toBeVisible()
  await expect(again).toHaveCount(0)
  await page.goto(`/${TENANT}/system.webhook_delivery/${sent?.id}`)
  await again.click()
  await expect(page.locator('rl-toasts')).toContainText('It is sent again')
})
