// Buttons that plugins bring: on a record, on a list, on records that were chosen; their forms, and what is refused.
import type { Page } from '@playwright/test'
import type { TestPlugin } from '../support/plugin-archive.ts'
import { expectNoFaults } from './support/faults.ts'
import { expect, type Studio, test } from './support/studio.ts'

const TENANT = 'deals'
const SHOP = {
  name: 'shop',
  files: {
    'package.json': { name: 'shop', version: '1.0.0', label: 'Shop', requires: { system: '^1.0.0' } },
    'entities/order.json': {
      name: 'order',
      label: 'Order',
      plural: 'Orders',
      display_name: 'title',
      fields: [
        { name: 'title', type: 'text', required: true },
        {
          name: 'stage',
          type: 'choice',
          options: [
            { value: 'open', label: 'Open' },
            { value: 'won', label: 'Won' },
          ],
          default: 'open',
        },
        { name: 'reason', type: 'text' },
      ],
    },
  },
}
const isOpen = { '==': [{ var: 'stage' }, 'open'] }
const PLUGIN: TestPlugin = {
  name: 'closing',
  requires: { shop: '^1.0.0' },
  files: {
    'actions/win.json': {
      name: 'win',
      entity: 'shop.order',
      label: { en: 'Win', ru: 'Выиграть' },
      description: 'Closes the order',
      icon: 'trophy',
      on: ['record', 'bulk'],
      visible_if: isOpen,
      promoted: true,
      input: [
        { name: 'reason', type: 'text', label: 'Reason', required: true, max_length: 20 },
        {
          name: 'how',
          type: 'choice',
          label: 'How',
          options: [
            { value: 'call', label: 'Call' },
            { value: 'mail', label: 'Mail' },
          ],
          default: 'call',
        },
      ],
    },
    'actions/undo.json': {
      name: 'undo',
      entity: 'shop.order',
      label: 'Open again',
      on: ['record'],
      confirm: 'The reason is lost.',
    },
    'actions/count.json': { name: 'count', entity: 'shop.order', label: 'Count', on: ['list'] },
  },
  manifest: { permissions: { records: { 'shop.order': { read: ['title', 'stage'], update: ['stage', 'reason'] } } } },
  behaviour: { actions: ['win', 'undo', 'count'] },
  run: `
    const change = (id, values) => bridge.call('records.update', { entity: 'shop.order', id, values })
    if (name === 'count') return { message: 'Orders: ' + (await bridge.call('records.count', { entity: 'shop.order' })) }
    const { ids, input: form } = input.event
    if (name === 'undo') return void (await change(ids[0], { stage: 'open', reason: null })) ?? null
    if (form.reason === 'no') throw Object.assign(new Error('no'), { relataRefusal: { message: { en: 'Not for that reason.', ru: 'Не по этой причине.' }, field: 'reason' } })
    for (const id of ids) await change(id, { stage: 'won', reason: form.reason + ' ' + form.how })
    return { message: ids.length + ' won' }`,
}

let isThere = false
async function openShop(studio: Studio): Promise<void> {
  if (isThere) return
  isThere = true
  await studio.call('POST', '/api/tenants', { title: 'Deals', slug: TENANT, kind: 'empty' })
  const { version } = (await studio.call('GET', `/api/v1/${TENANT}/metadata`)) as { version: number }
  await studio.call('POST', `/api/v1/${TENANT}/metadata/publish`, { packages: [SHOP], expectedVersion: version })
  await studio.install(TENANT, PLUGIN)
}

const make = async (studio: Studio, title: string): Promise<string> =>
  ((await studio.call('POST', `/api/v1/${TENANT}/records/shop.order`, { title })) as { id: string }).id
const dialog = (page: Page) => page.locator('rl-action-dialog dialog')
const field = (page: Page, name: string) => dialog(page).locator(`[data-field=${name}]`)

test.beforeEach(({ studio }) => openShop(studio))

test('a button of a record asks its form, says what is wrong where it is, and shows what came of it', async ({
  signedIn: page,
  studio,
}) => {
  await page.goto(`/${TENANT}/shop.order/${await make(studio, 'Lamp')}`)
  await page.getByRole('button', { name: 'Win' }).click()
  await expect(dialog(page)).toContainText('Closes the order')
  await expect(field(page, 'reason').getByRole('textbox')).toBeFocused()

  // Nothing is sent while something is missing.
  await page.keyboard.press('Enter')
  await expect(field(page, 'reason')).toContainText('required')

  // The plugin's own refusal stands at the field that it is about; what was typed stays.
  await field(page, 'reason').getByRole('textbox').fill('no')
  await page.keyboard.press('Enter')
  await expect(field(page, 'reason')).toContainText('Not for that reason.')
  await field(page, 'how').getByRole('combobox').click()
  await page.getByRole('option', { name: 'Mail' }).click()

  // What was typed is not lost by a key.
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Go on editing' }).click()
  await field(page, 'reason').getByRole('textbox').fill('price')
  await page.keyboard.press('Enter')
  await expect(dialog(page)).toHaveCount(0)
  await expect(page.locator('rl-toasts')).toContainText('1 won')
  await expect(page.locator('[data-row=stage]')).toContainText('Won')
  await expect(page.locator('[data-row=reason]')).toContainText('price mail')

  // It is not offered for what is won; another asks whether it is meant.
  await expect(page.getByRole('button', { name: 'Win' })).toHaveCount(0)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Open again' }).click()
  await expect(dialog(page)).toContainText('The reason is lost.')
  await expect(dialog(page).getByRole('button', { name: 'Open again' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-row=stage]')).toContainText('Open')
})

test('of records that were chosen it leaves out those that it is not for, when told so', async ({
  signedIn: page,
  studio,
}) => {
  await make(studio, 'Batch one')
  await make(studio, 'Batch two')
  const won = await make(studio, 'Batch won')
  await studio.call('PATCH', `/api/v1/${TENANT}/records/shop.order/${won}`, { stage: 'won' })
  await page.goto(`/${TENANT}/shop.order?q=Batch`)
  await page.getByRole('checkbox', { name: /all/i }).first().check()
  await page.locator('.rl-bulk').getByRole('button', { name: 'Win' }).click()
  await expect(dialog(page)).toContainText('3 records')
  await field(page, 'reason').getByRole('textbox').fill('sale')
  await page.keyboard.press('Enter')
  await expect(dialog(page)).toContainText('Batch won')
  await dialog(page).getByRole('button', { name: 'Go on with the other 2' }).click()
  await expect(page.locator('rl-toasts')).toContainText('2 won')
  await expect(page.locator('.rl-bulk')).toHaveCount(0)
  const { data } = (await studio.call('GET', `/api/v1/${TENANT}/records/shop.order?q=Batch&select=stage,reason`)) as {
    data: { reason: string | null }[]
  }
  expect(data.map(({ reason }) => reason).sort()).toEqual([null, 'sale call', 'sale call'])
})

test('the menu of a list runs what needs no records and no form', async ({ signedIn: page, studio }) => {
  await make(studio, 'Counted')
  await page.goto(`/${TENANT}/shop.order`)
  await page
    .locator('rl-list-toolbar')
    .getByRole('button', { name: /more|menu/i })
    .click()
  await page.getByRole('menuitem', { name: 'Count' }).click()
  await expect(page.locator('rl-toasts')).toContainText(/Orders: \d/)
})

for (const scheme of ['light', 'dark'] as const)
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme })
    test('the dialog has no serious fault', async ({ signedIn: page, studio }) => {
      await page.goto(`/${TENANT}/shop.order/${await make(studio, 'Looked at')}`)
      await page.getByRole('button', { name: 'Win' }).click()
      await field(page, 'reason').getByRole('textbox').fill('no')
      await page.keyboard.press('Enter')
      await expect(field(page, 'reason')).toContainText('Not for that reason.')
      await expectNoFaults(page, { part: 'rl-action-dialog' })
    })
  })

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })
  test('buttons are in the menu, and the dialog is a sheet with nothing cut off', async ({
    signedIn: page,
    studio,
  }) => {
    await page.goto(`/${TENANT}/shop.order/${await make(studio, 'Small')}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Win' }).click()
    await expect(dialog(page)).toHaveCSS('width', '390px')
    expect(await dialog(page).evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true)
  })
})
