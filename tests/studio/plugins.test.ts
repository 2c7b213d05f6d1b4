// Plugins as an administrator meets them: what one would do, installing it, what it may do, its settings and secrets,
// its log, and its end.
import type { Page } from '@playwright/test'
import { pluginArchive, type TestPlugin } from '../support/plugin-archive.ts'
import { expectNoFaults } from './support/faults.ts'
import { expect, type Studio, test } from './support/studio.ts'

const TENANT = 'plugged'
const PLUGIN: TestPlugin = {
  name: 'greeter',
  requires: { base: '^1.0.0' },
  files: {
    'entities/greeting.json': {
      name: 'greeting',
      label: 'Greeting',
      plural: 'Greetings',
      fields: [{ name: 'words', type: 'text' }],
    },
    'actions/greet.json': { name: 'greet', entity: 'base.person', label: 'Greet', on: ['record'] },
  },
  manifest: {
    permissions: { records: { 'base.person': { read: ['name'], update: ['job_title'] } }, http: ['api.example.org'] },
    secrets: { TOKEN: { label: 'Token of the service', hosts: ['api.example.org'] } },
    settings: [{ name: 'word', type: 'text', label: 'Word', required: true, default: 'Hello' }],
  },
  behaviour: {
    before: [{ name: 'shout', entity: 'greeter.greeting', on: ['create', 'update'], onFailure: 'refuse' }],
    actions: ['greet'],
    jobs: [{ name: 'sweep', schedule: '0 4 * * *' }],
  },
  run: `
    if (kind === 'before') return { results: input.events.map(({ record }) => ({ set: { words: record.words.toUpperCase() } })) }
    if (kind === 'job') { bridge.log('info', 'swept'); return null }
    const [id] = input.event.ids
    await bridge.call('records.update', { entity: 'base.person', id, values: { job_title: input.settings.word } })
    bridge.log('info', 'greeted')
    return { message: input.settings.word + '!' }`,
}

let isThere = false
test.beforeEach(async ({ studio }) => {
  if (isThere) return
  isThere = true
  await studio.call('POST', '/api/tenants', { title: 'Plugged', slug: TENANT, kind: 'empty' })
})

const person = async (studio: Studio): Promise<string> =>
  (
    (await studio.call('POST', `/api/v1/${TENANT}/records/base.person`, { name: { family: 'Miller' } })) as {
      id: string
    }
  ).id
const bring = (page: Page, plugin: TestPlugin) =>
  page
    .locator('input[type=file]')
    .setInputFiles({ name: 'greeter.relata', mimeType: 'application/zip', buffer: Buffer.from(pluginArchive(plugin)) })
const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click()
const toasts = (page: Page) => page.locator('rl-toasts')

test('a plugin is installed from a file, with less than it asks for, and then granted the rest', async ({
  signedIn: page,
  studio,
}) => {
  await page.goto(`/${TENANT}/system.plugin`)
  await page.getByRole('link', { name: 'Install a plugin' }).first().click()
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'x.relata', mimeType: 'application/zip', buffer: Buffer.from('no archive') })
  await expect(page.getByRole('alert')).toBeVisible()

  await bring(page, PLUGIN)
  await expect(page.getByRole('heading', { name: 'Install The greeter 1.0.0' })).toBeVisible()
  await expect(page.locator('.rl-plan')).toContainText('Send data to api.example.org')
  await expect(page.locator('.rl-plan')).toContainText('add entity Greeting')
  await expectNoFaults(page)
  await page.getByRole('checkbox', { name: /Change Job title of People/ }).uncheck()
  await page.getByRole('button', { name: 'Install', exact: true }).click()
  await expect(page.locator('.rl-plugin-state')).toHaveText('On')
  await expect(page.locator('.rl-plugin-notice')).toContainText('a secret that nobody has entered')

  // What was taken away is refused, and the log says which permission it lacks.
  const id = await person(studio)
  await page.goto(`/${TENANT}/base.person/${id}?tab=`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Greet' }).click()
  await expect(toasts(page)).toContainText(/greeter/)
  await page.goto(`/${TENANT}/system.plugin/greeter?tab=log`)
  await expect(page.locator('.rl-log')).toContainText('update:base.person.job_title')

  await tab(page, 'Permissions')
  await page.getByRole('checkbox', { name: /Change Job title/ }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toasts(page)).toContainText('Permissions saved')
  await page.goto(`/${TENANT}/base.person/${id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Greet' }).click()
  await expect(toasts(page)).toContainText('Hello!')
})

test('its settings are a form, its secrets are entered and never shown', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/system.plugin/greeter?tab=settings`)
  const word = page.getByRole('textbox', { name: 'Word' })
  await expect(word).toHaveValue('Hello')
  await word.fill('')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('rl-plugin-settings')).toContainText('required')
  await word.fill('Good day')
  await page.keyboard.press('Enter')
  await expect(toasts(page)).toContainText('Saved')
  await tab(page, 'Secrets')
  await page.locator('rl-plugin-secrets').getByRole('button', { name: 'Enter' }).click()
  await page.keyboard.type('s3cr3t-value')
  await page.keyboard.press('Enter')
  await expect(page.locator('rl-plugin-secrets')).toContainText('Set ')
  expect(await page.content()).not.toContain('s3cr3t-value')
  await expect(page.locator('.rl-plugin-notice')).toHaveCount(0)
})

test('its log comes by itself, its calls are counted, and it is switched off and on', async ({
  signedIn: page,
  studio,
}) => {
  await page.goto(`/${TENANT}/system.plugin/greeter?tab=log`)
  await expect(page.locator('.rl-strip')).toBeVisible()
  await studio.call('POST', `/api/v1/${TENANT}/plugins/greeter/jobs/sweep/run`, {})
  await expect(page.locator('.rl-log')).toContainText('swept')
  await page.getByRole('radio', { name: 'Errors' }).check()
  await expect(page.locator('.rl-log')).not.toContainText('swept')
  await tab(page, 'Usage')
  await expect(page.locator('.rl-usage-parts')).toContainText('action greet')
  await page.getByRole('button', { name: 'Switch off' }).click()
  await expect(page.locator('.rl-plugin-state')).toHaveText('Off')
  await page.getByRole('button', { name: 'Switch on' }).click()
  await expect(page.locator('.rl-plugin-state')).toHaveText('On')
})

test('an upgrade that asks for more waits, and runs when that is granted', async ({ signedIn: page, studio }) => {
  const manifest = { ...PLUGIN.manifest, permissions: { ...PLUGIN.manifest?.permissions, mail: true as const } }
  await studio.upgrade(TENANT, { ...PLUGIN, version: '1.1.0', manifest })
  await page.goto(`/${TENANT}/system.plugin/greeter`)
  await expect(page.locator('.rl-plugin-notice')).toContainText('Version 1.1.0 asks for more')
  await page.getByRole('button', { name: 'Decide' }).click()
  await expect(page.locator('.rl-grant', { hasText: 'Send mail' })).toContainText('New')
  await page.getByRole('button', { name: 'Grant and go on' }).click()
  await expect(page.locator('.rl-header')).toContainText('1.1.0')
})

test('its hooks are tried on records that are there before they are let near a save', async ({
  signedIn: page,
  studio,
}) => {
  const plugin = `/api/v1/${TENANT}/plugins/greeter`
  await studio.call('POST', `${plugin}/disable`)
  await studio.call('POST', `/api/v1/${TENANT}/records/greeter.greeting`, { words: 'Hi' })
  await page.goto(`/${TENANT}/system.plugin/greeter?tab=try`)
  await page.getByRole('button', { name: 'Try', exact: true }).click()
  await expect(page.locator('.rl-dry-records')).toContainText('Words: Hi → HI')
  await expect(page.locator('rl-dry-run')).toContainText('a difference to 1 of 1 records')
  const { data } = (await studio.call('GET', `/api/v1/${TENANT}/records/greeter.greeting`)) as {
    data: { words: string }[]
  }
  expect(data.map(({ words }) => words)).toEqual(['Hi'])
  await studio.call('POST', `${plugin}/enable`)
})

for (const scheme of ['light', 'dark'] as const)
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme })
    test('its pages have no serious fault', async ({ signedIn: page }) => {
      for (const name of ['overview', 'permissions', 'settings', 'secrets', 'try', 'log', 'usage']) {
        await page.goto(`/${TENANT}/system.plugin/greeter?tab=${name}`)
        await expect(page.getByRole('tabpanel')).toBeVisible()
        await expectNoFaults(page, { part: 'main' })
      }
    })
  })

test('it is removed only after somebody said what becomes of its data, which can be a file', async ({
  signedIn: page,
  studio,
}) => {
  await studio.call('POST', `/api/v1/${TENANT}/records/greeter.greeting`, { words: 'Hi' })
  await page.goto(`/${TENANT}/system.plugin/greeter`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  const dialog = page.locator('rl-remove-plugin dialog')
  await expect(dialog).toContainText('Greeting')
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeDisabled()
  await dialog.getByRole('radio', { name: /file/ }).check()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(page).toHaveURL(/system\.plugin$/)
  await expect(async () => {
    await page.goto(`/${TENANT}/system.plugin/new`)
    await expect(page.locator('.rl-archive')).toContainText('greeter-1.1.0', { timeout: 2_000 })
  }).toPass({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Delete the file' }).click()
  await page.locator('rl-dialogs').getByRole('button', { name: 'Delete the file' }).click()
  await expect(page.locator('.rl-archive')).toHaveCount(0)
})
