// Rights as an administrator gives them on the page of a role, and what somebody who holds the role sees then.
import type { Browser, Locator, Page } from '@playwright/test'
import { expectNoFaults } from './support/faults.ts'
import { expect, type Studio, TENANT, test } from './support/studio.ts'

const api = `/api/v1/${TENANT}`
const PASSWORD = 'a password of theirs'

const cell = (page: Page, entity: string, operation: string): Locator =>
  page.locator(`[data-row="${entity}"][data-column="${operation}"]`)
const word = (page: Page, entity: string, operation: string): Locator =>
  cell(page, entity, operation).locator('.rl-matrix-word')
const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save', exact: true }).click()

async function openRole(page: Page, name: string): Promise<void> {
  await page.goto(`/${TENANT}/system.role/${name}`)
  await expect(cell(page, '*', 'create')).toBeVisible()
}

async function give(page: Page, entity: string, operation: string, scope: string): Promise<void> {
  await cell(page, entity, operation).click()
  await page.getByRole('menuitemradio', { name: scope }).first().click()
}

async function personWith(studio: Studio, email: string, role: string): Promise<string> {
  const body = { email, name: email.split('@')[0], roles: [role], password: PASSWORD }
  const made: unknown = await studio.call('POST', `${api}/users`, body)
  return typeof made === 'object' && made !== null && 'id' in made ? String(made.id) : ''
}

/** Their own browser, signed in. */
async function as(browser: Browser, studio: Studio, email: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: studio.server.url })
  const headers = { origin: studio.server.url }
  await context.request.post('/api/auth/sign-in/email', { data: { email, password: PASSWORD }, headers })
  return context.newPage()
}

const roleNamed = (name: string, entities: object) => ({ [`roles/${name}.json`]: { name, label: name, entities } })
/** The organisation's layer with these files, beside what it has. */
async function publish(studio: Studio, files: Record<string, unknown>): Promise<void> {
  const { packages } = (await studio.call('GET', `${api}/metadata`)) as {
    packages: { name: string; files: Record<string, unknown> }[]
  }
  const custom = packages.find(({ name }) => name === 'custom')?.files
  const manifest = { name: 'custom', version: '1.0.0', label: 'Custom', requires: { base: '*', system: '*' } }
  await studio.call('POST', `${api}/metadata/publish`, {
    packages: [{ name: 'custom', files: { ...custom, 'package.json': manifest, ...files } }],
  })
}

test('a role is made: own records, a masked field; whoever holds it sees just that', async ({
  signedIn: page,
  browser,
  studio,
}) => {
  await page.goto(`/${TENANT}/system.role`)
  await page.getByRole('link', { name: 'New role' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Field seller')
  await give(page, 'base.organisation', 'read', 'Own')
  await expect(word(page, 'base.organisation', 'read')).toHaveText('Own')
  // The other operations stay as they were: nothing.
  await expect(word(page, 'base.organisation', 'delete')).toHaveText('None')
  await cell(page, 'base.organisation', 'label').click()
  await page.locator('[data-field="registration_number"]').getByRole('radio', { name: 'Masked' }).check()
  await save(page)
  await expect(page.getByText('Role “Field seller” is published.')).toBeVisible()
  await expect(page).toHaveURL(`/${TENANT}/system.role/custom.field_seller`)
  await expect(page.getByText('Made here')).toBeVisible()
  await expect(page.getByText('1 field restricted')).toBeVisible()

  const id = await personWith(studio, 'flora@example.org', 'custom.field_seller')
  const number = { registration_number: 'HRB 123456789' }
  await studio.call('POST', `${api}/records/base.organisation`, { name: 'Hers Ltd', owner: id, ...number })
  await studio.call('POST', `${api}/records/base.organisation`, { name: 'Of somebody else Ltd', ...number })
  const theirs = await as(browser, studio, 'flora@example.org')
  await theirs.goto(`/${TENANT}/base.organisation`)
  await expect(theirs.locator('.rl-cell-name')).toHaveText(['Hers Ltd'])
  await theirs.getByRole('link', { name: 'Hers Ltd' }).click()
  await expect(theirs.getByRole('heading', { name: 'Hers Ltd' })).toBeVisible()
  await expect(theirs.locator('[data-row="registration_number"]')).toContainText('•')
  await expect(theirs.getByText('HRB 123456789')).toHaveCount(0)
  await expect(theirs.getByRole('button', { name: 'Edit' })).toHaveCount(0)
  // The page of roles is for administrators.
  await theirs.goto(`/${TENANT}/system.role/custom.field_seller`)
  await expect(theirs.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible()
  await theirs.context().close()

  await page.reload()
  await page.getByRole('link', { name: '1 person' }).click()
  await expect(page.locator('.rl-cell-name')).toHaveText(['flora'])
  // Held, so it stays; the list says by whom.
  await openRole(page, 'custom.field_seller')
  await page.getByRole('button', { name: 'More about this role' }).click()
  await page.getByRole('menuitem', { name: 'Delete role' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'is still held' })).toContainText('flora')
})

test('with the keyboard alone: walk, choose by menu and by letter, open fields, save', async ({
  signedIn: page,
  studio,
}) => {
  await publish(studio, roleNamed('typist', { 'base.task': { read: 'all' } }))
  await openRole(page, 'custom.typist')
  await cell(page, '*', 'create').focus()
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key)
  await expect(cell(page, '*', 'read')).toBeFocused()
  // One stop for Tab, wherever it stands.
  await expect(page.locator('.rl-matrix [tabindex="0"]')).toHaveCount(1)
  await page.keyboard.press('Enter')
  const menu = page.getByRole('menu', { name: 'All other entities, Read' })
  await expect(menu.getByRole('menuitemradio', { name: 'None' })).toBeFocused()
  await page.keyboard.press('t')
  await expect(
    menu
      .getByRole('menuitemradio', { name: 'Team and' })
      .or(menu.getByRole('menuitemradio', { name: 'Team' }))
      .first(),
  ).toBeFocused()
  await page.keyboard.press('Space')
  await expect(cell(page, '*', 'read')).toBeFocused()
  await expect(word(page, '*', 'read')).toHaveText('Team')
  // Closed, a letter chooses at once, and again goes on to the next.
  await page.keyboard.press('t')
  await expect(word(page, '*', 'read')).toHaveText('Team below')
  await expect(word(page, 'base.call', 'read')).toHaveText('Team below')
  await expect(word(page, 'base.task', 'read')).toHaveText('All')
  await page.keyboard.press('Escape')
  await cell(page, 'base.task', 'read').focus()
  await page.keyboard.press('o')
  await page.keyboard.press('Home')
  await expect(cell(page, 'base.task', 'label')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(cell(page, 'base.task', 'label')).toHaveAttribute('aria-expanded', 'true')
  await page.locator('[data-field="priority"]').getByRole('radio', { name: 'Edit' }).focus()
  await page.keyboard.press('ArrowLeft')
  await expect(page.locator('[data-field="priority"]').getByRole('radio', { name: 'Read' })).toBeChecked()
  await expect(page.getByText('3 changes not saved')).toBeVisible()
  await page.keyboard.press('Control+s')
  await expect(page.getByText('Role “typist” is published.')).toBeVisible()
  const role = await studio.call('GET', `${api}/access/roles/custom.typist`)
  expect(role).toMatchObject({
    layers: [{ entities: { '*': { read: 'team_below' }, 'base.task': { read: 'own', fields: { priority: 'read' } } } }],
  })
})

test('what a package brought is marked where it was changed, and put back', async ({ signedIn: page, studio }) => {
  await openRole(page, 'base.contact_reader')
  await give(page, 'base.person', 'update', 'Own')
  const changed = cell(page, 'base.person', 'update')
  await expect(changed).toHaveAccessibleName('People, Update: Own. Changed in this organisation. Not saved yet')
  await save(page)
  await expect(page.getByText('Role “Contact reader” is published.')).toBeVisible()
  await expect(changed).toHaveAccessibleName('People, Update: Own. Changed in this organisation')
  await page.reload()
  await changed.click()
  await page.getByRole('menuitem', { name: 'Put back: None' }).click()
  await save(page)
  await expect(page.getByText('Role “Contact reader” is published.')).toBeVisible()
  await expect(changed).toHaveAccessibleName('People, Update: None')
  const role = await studio.call('GET', `${api}/access/roles/base.contact_reader`)
  expect(role).toMatchObject({ layers: [{ package: 'base' }] })
  // Undo publishes it as it was before.
  await page.getByRole('button', { name: 'Undo' }).first().click()
  await expect(page.getByText('The role is as it was before.')).toBeVisible()
})

test('a rule is a filter, found again as one; what a filter cannot say is JSON, with its fault told at its line', async ({
  signedIn: page,
  studio,
}) => {
  await publish(studio, roleNamed('ruled', { 'base.organisation': { read: 'all' } }))
  await openRole(page, 'custom.ruled')
  await give(page, 'base.organisation', 'update', 'Rule')
  const dialog = page.getByRole('dialog', { name: 'Organisations, Update: which records?' })
  await dialog.getByRole('button', { name: 'Use this rule' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Add at least one filter')
  await dialog.getByRole('button', { name: 'Add filter' }).click()
  await page.getByRole('button', { name: 'Employees' }).click()
  await page.getByLabel('How to compare Employees').selectOption('more than')
  await page.getByLabel('Employees', { exact: true }).or(page.locator('.rl-chip-input input')).first().fill('10')
  await page.getByRole('button', { name: 'Apply' }).click()
  await dialog.getByRole('button', { name: 'Use this rule' }).click()
  await expect(word(page, 'base.organisation', 'update')).toHaveText('Rule')
  await save(page)
  await expect(page.getByText('is published.')).toBeVisible()
  await page.reload()
  await give(page, 'base.organisation', 'update', 'Rule')
  await expect(dialog.locator('.rl-chip')).toContainText('Employees')
  await dialog.getByRole('radio', { name: 'JSON' }).check()
  const json = dialog.getByLabel('Rule as JSON')
  await expect(json).toHaveValue(/"employees"/)
  await json.fill('{\n  "==": [{ "var": "nme" }, ]\n}')
  await dialog.getByRole('button', { name: 'Use this rule' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Line 2')
  await json.fill('{\n  "==": [\n    { "var": "nme" }, "x"]\n}')
  await dialog.getByRole('button', { name: 'Use this rule' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Line 3: There is no field “nme” here')
  await json.fill('{ "==": [{ "var": "owner" }, { "me": [] }] }')
  await dialog.getByRole('button', { name: 'Use this rule' }).click()
  await expect(dialog).toBeHidden()
  await give(page, 'base.organisation', 'update', 'Rule')
  await expect(dialog.locator('.rl-chip')).toHaveText(/Owner\s+is me/)
  await dialog.getByRole('radio', { name: 'JSON' }).check()
  await json.fill('{ "==": [{ "var": "owner" }, { "var": "created_by" }] }')
  await dialog.getByRole('button', { name: 'Use this rule' }).click()
  await expect(dialog).toBeHidden()
  await give(page, 'base.organisation', 'update', 'Rule')
  await expect(dialog.getByLabel('Rule as JSON')).toHaveValue(/"created_by"/)
})

test('whole rows and whole columns at once', async ({ signedIn: page, studio }) => {
  await publish(studio, roleNamed('wide', { 'base.task': { read: 'own' } }))
  await openRole(page, 'custom.wide')
  await page.getByRole('button', { name: 'All rights of Notes' }).click()
  await page.getByRole('menuitemradio', { name: 'Team' }).first().click()
  for (const operation of ['create', 'read', 'share'])
    await expect(word(page, 'base.note', operation)).toHaveText('Team')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'All' }).click()
  for (const entity of ['*', 'base.note', 'base.task', 'base.person'])
    await expect(word(page, entity, 'export')).toHaveText('All')
  // Who works here is no record like any other.
  await expect(word(page, 'system.user', 'export')).toHaveText('None')
  await page.getByLabel('Only with rights of their own').check()
  await expect(page.locator('tr[data-entity]:not([data-entity="*"])')).toHaveCount(2)
  await page.getByLabel('Search entities').fill('tas')
  await expect(page.locator('tr[data-entity]')).toHaveCount(1)
  await page.getByRole('button', { name: 'All rights of Tasks' }).click()
  await page.getByRole('menuitem', { name: 'As all other entities' }).click()
  await page.getByLabel('Only with rights of their own').uncheck()
  await expect(cell(page, 'base.task', 'read')).toHaveAccessibleName('Tasks, Read: None. as all other entities')
})

test('nobody locks everybody out, and leaving with unsaved changes asks', async ({ signedIn: page }) => {
  await openRole(page, 'system.administrator')
  await page.getByRole('switch', { name: 'Administers' }).uncheck()
  await expect(page.getByText('You hold this role yourself')).toBeVisible()
  await save(page)
  await expect(page.getByText('Nobody would be left who can administer')).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Administers' })).toBeFocused()
  await page.getByRole('link', { name: 'Roles' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button').first().click()
  await expect(page).toHaveURL(/system\.administrator$/)
  await page.getByRole('link', { name: 'Roles' }).first().click()
  await dialog.getByRole('button').last().click()
  await expect(page).toHaveURL(`/${TENANT}/system.role`)
})

test('a copy, in two languages, deleted and brought back', async ({ signedIn: page, studio }) => {
  await openRole(page, 'system.reader')
  await page.getByRole('button', { name: 'More about this role' }).click()
  await page.getByRole('menuitem', { name: 'Copy this role' }).click()
  const name = page.getByLabel('Name', { exact: true })
  await expect(name).toHaveValue('Reader (copy)')
  await expect(word(page, '*', 'read')).toHaveText('All')
  await name.fill('')
  await save(page)
  await expect(page.getByText('Give the role a name.')).toBeVisible()
  await name.fill('Auditor')
  await page.getByText('Other languages').click()
  await page.getByLabel('Name (Russian)').fill('Ревизор')
  await save(page)
  await expect(page).toHaveURL(`/${TENANT}/system.role/custom.auditor`)
  expect(await studio.call('GET', `${api}/access/roles/custom.auditor`)).toMatchObject({
    label: { en: 'Auditor', ru: 'Ревизор' },
  })
  await page.getByRole('button', { name: 'More about this role' }).click()
  await page.getByRole('menuitem', { name: 'Delete role' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete role' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.role`)
  await expect(page.getByRole('link', { name: 'Auditor' })).toHaveCount(0)
  await page.getByText('Role “Auditor” deleted').locator('..').getByRole('button', { name: 'Undo' }).click()
  await expect(page).toHaveURL(`/${TENANT}/system.role/custom.auditor`)
  await expect(word(page, '*', 'read')).toHaveText('All')
})

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('each entity is a card, nothing is cut off, and a right is given', async ({ signedIn: page, studio }) => {
    await publish(studio, roleNamed('pocket', {}))
    await openRole(page, 'custom.pocket')
    const overflow = await page.evaluate(() => {
      const wide = (one: Element) => one.getBoundingClientRect().right > innerWidth + 1
      return [...document.querySelectorAll('rl-role-page *')].filter(wide).map((one) => one.className)
    })
    expect(overflow).toEqual([])
    await expect(cell(page, 'base.person', 'read')).toContainText('Read')
    // The heads of the columns are not there, so the walk ends at the first card.
    await cell(page, '*', 'read').focus()
    await page.keyboard.press('ArrowUp')
    await expect(cell(page, '*', 'read')).toBeFocused()
    await give(page, 'base.person', 'read', 'Unit')
    await save(page)
    await expect(page.getByText('Role “pocket” is published.')).toBeVisible()
    await expect(word(page, 'base.person', 'read')).toHaveText('Unit')
  })
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test.setTimeout(60_000)
    test('the page, its menu and its dialog have no serious fault', async ({ signedIn: page }) => {
      await openRole(page, 'base.contact_manager')
      await cell(page, 'base.person', 'label').click()
      await cell(page, 'base.person', 'read').focus()
      await page.keyboard.press('o')
      await expectNoFaults(page, { part: 'rl-role-page', alike: 'tbody ~ tbody tr[data-entity]:not(:nth-child(-n+4))' })
      await cell(page, 'base.person', 'read').click()
      await expect(page.getByRole('menuitemradio', { name: 'Rule' })).toBeVisible()
      await expectNoFaults(page, { part: '[role=menu]' })
      await page.getByRole('menuitemradio', { name: 'Rule' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectNoFaults(page, { part: 'dialog[open]' })
    })
  })
}
