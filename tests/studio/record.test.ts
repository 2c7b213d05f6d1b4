// One record: reading, changing, conflicts, what belongs to it, what happened to it; by mouse and by keyboard.
import { expectNoFaults } from './support/faults.ts'
import { expect, nameOf, type Studio, TENANT, test } from './support/studio.ts'

const API = `/api/v1/${TENANT}/records`
const organisation = async (studio: Studio, name: string): Promise<string> => {
  const made = await studio.call('POST', `${API}/base.organisation`, { name, employees: 10 })
  return (made as { id: string }).id
}
const read = (studio: Studio, id: string) => studio.call('GET', `${API}/base.organisation/${id}`)
const addressOf = (id: string) => `/${TENANT}/base.organisation/${id}`

test('is read, changed by keyboard only, and its history tells so', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Kepler Optics')
  await page.goto(addressOf(id))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kepler Optics')
  await page.keyboard.press('e')
  const name = page.getByLabel('Name', { exact: false }).first()
  await expect(name).toBeFocused()
  await name.fill('Kepler & Söhne')
  await page.keyboard.press('Control+s')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kepler & Söhne')
  expect(await read(studio, id)).toMatchObject({ name: 'Kepler & Söhne', version: 2 })
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.locator('rl-history')).toContainText('Kepler Optics')
  await expect(page.locator('rl-history li')).toHaveCount(2)
})

test('a click on a value changes it there; Enter closes it, Escape takes it back', async ({
  signedIn: page,
  studio,
}) => {
  const id = await organisation(studio, 'In place')
  await page.goto(addressOf(id))
  await page.locator('[data-row=legal_name] .rl-row-value').click()
  await expect(page.locator('rl-field-editor')).toHaveCount(1)
  await expect(page.locator('[data-field=legal_name] input')).toBeFocused()
  await page.keyboard.type('In Place Ltd')
  await page.keyboard.press('Enter')
  await expect(page.locator('rl-field-editor')).toHaveCount(0)
  await expect(page.locator('[data-row=legal_name]')).toContainText('In Place Ltd')
  await expect(page.locator('.rl-save-bar')).toContainText('1 unsaved change')
  await page.getByRole('button', { name: 'Edit Employees' }).click()
  await page.keyboard.type('5')
  await page.keyboard.press('Escape')
  await expect(page.locator('[data-row=employees]')).toContainText('10')
  await page.keyboard.press('Control+s')
  await expect(page.locator('.rl-save-bar')).toHaveCount(0)
  expect(await read(studio, id)).toMatchObject({ legal_name: 'In Place Ltd', employees: 10, version: 2 })
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.locator('[data-row=legal_name]')).toContainText('Empty')
  expect(await read(studio, id)).toMatchObject({ legal_name: null, version: 3 })
})

test('leaving a field without a change closes it; a wrong value keeps it open', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Left')
  await page.goto(addressOf(id))
  await page.locator('[data-row=legal_name] .rl-row-value').click()
  await page.locator('[data-row=email] .rl-row-value').click()
  await expect(page.locator('[data-field=legal_name]')).toHaveCount(0)
  await page.keyboard.type('nonsense')
  await page.locator('[data-row=legal_name] .rl-row-value').click()
  await expect(page.locator('[data-field=email] .rl-error')).toBeVisible()
  await expect(page.locator('.rl-save-bar')).toContainText('1 unsaved change')
})

test('what was typed before the tab was closed stands there again', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Interrupted')
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto(addressOf(id))
  await page.locator('[data-row=legal_name] .rl-row-value').click()
  await page.keyboard.type('Half a na')
  await page.reload()
  await expect(page.locator('.rl-save-bar')).toContainText('1 unsaved change from before')
  await expect(page.locator('[data-row=legal_name]')).toContainText('Half a na')
  await page.goto(`/${TENANT}/base.organisation/new`)
  const panel = page.getByRole('dialog', { name: 'New organisation' })
  await panel.locator('[data-field=name] input').fill('Begun')
  await page.reload()
  await expect(panel.locator('[data-field=name] input')).toHaveValue('Begun')
  await panel.getByRole('button', { name: 'Start over' }).click()
  await expect(panel.locator('[data-field=name] input')).toHaveValue('')
})

test('a record is shown as it was at an earlier time, from its history', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'First name')
  await studio.call('PATCH', `${API}/base.organisation/${id}`, { name: 'Second name' })
  await page.goto(`${addressOf(id)}?tab=rl-history`)
  await page.locator('.rl-history-at').last().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('First name')
  await expect(page.locator('.rl-record-past')).toContainText('As it was on')
  await expect(page.getByRole('button', { name: 'Edit', exact: true })).toHaveCount(0)
  await page.getByRole('button', { name: 'Back to now' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second name')
})

test('a value that is wrong is told at its field, and nothing is lost', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Typo')
  await page.goto(addressOf(id))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const email = page.locator('[data-field=email] input').first()
  await email.fill('not an address')
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('[data-field=email] .rl-error')).toBeVisible()
  await email.fill('ann@example.org')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Edit', exact: true })).toBeVisible()
  expect(await read(studio, id)).toMatchObject({ email: 'ann@example.org' })
})

test('when somebody else was faster, the person chooses field by field', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Contested')
  await page.goto(addressOf(id))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator('[data-field=name] input').fill('Mine')
  await studio.call('PATCH', `${API}/base.organisation/${id}`, { name: 'Theirs', employees: 99 })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const conflict = page.locator('.rl-conflict')
  await expect(conflict).toContainText('Theirs')
  await conflict.getByLabel(/Yours/).check()
  await conflict.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mine')
  expect(await read(studio, id)).toMatchObject({ name: 'Mine', employees: 99 })
})

test('leaving with unsaved changes asks first', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Unsaved')
  await page.goto(addressOf(id))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator('[data-field=name] input').fill('Changed')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Go on editing' }).click()
  await expect(page.locator('[data-field=name] input')).toHaveValue('Changed')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Edit', exact: true })).toBeVisible()
  expect(await read(studio, id)).toMatchObject({ name: 'Unsaved', version: 1 })
})

test('goes to the trash and comes back by Undo', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'AAA Fleeting')
  await page.goto(addressOf(id))
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(page).toHaveURL(new RegExp(`/${TENANT}/base.organisation$`))
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(async () => expect(await read(studio, id)).toMatchObject({ deleted_at: null, version: 3 })).toPass()
})

test('what points to it is listed, and a new one can be added from there', async ({ signedIn: page, studio }) => {
  const id = await organisation(studio, 'Employer')
  await studio.call('POST', `${API}/base.person`, { name: { given: 'Ada', family: 'Byron' }, employer: id })
  await page.goto(addressOf(id))
  await page.getByRole('tab', { name: 'People' }).click()
  await expect(page.getByRole('link', { name: 'Ada Byron' }).first()).toBeVisible()
  await page.getByRole('link', { name: 'Ada Byron' }).first().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ada Byron')
})

test('a new one is made in the panel beside the list', async ({ signedIn: page, studio }) => {
  await page.goto(`/${TENANT}/base.organisation/new`)
  const panel = page.getByRole('dialog', { name: 'New organisation' })
  await expect(panel.locator('input').first()).toBeFocused()
  await panel.locator('[data-field=name] input').fill('Zenith Works')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Zenith Works')
  await page.goBack()
  await expect(page).toHaveURL(`/${TENANT}/base.organisation`)
  const found = await studio.call('GET', `${API}/base.organisation?q=Zenith`)
  expect(found).toMatchObject({ data: [{ name: 'Zenith Works' }] })
})

test('a new one asks for what matters first, and for the rest on demand', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/base.organisation/new`)
  const panel = page.getByRole('dialog', { name: 'New organisation' })
  await expect(panel.locator('[data-field=name]')).toBeVisible()
  await expect(panel.locator('[data-field=website]')).toHaveCount(0)
  await panel.getByRole('button', { name: /more fields/ }).click()
  await expect(panel.locator('[data-field=website] input')).toBeVisible()
  await expect(panel.locator('rl-field-editor:focus-within')).toHaveCount(1)
})

test('previous and next walk through the list that it was opened from', async ({ signedIn: page }) => {
  await page.goto(`/${TENANT}/base.organisation?q=Company`)
  await page.getByRole('link', { name: nameOf(0) }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(nameOf(0))
  await page.keyboard.press('j')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(nameOf(1))
  await page.keyboard.press('k')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(nameOf(0))
})

test('an id that leads nowhere says so', async ({ signedIn: page }) => {
  await page.goto(addressOf('00000000-0000-7000-8000-00000000dead'))
  await expect(page.locator('rl-not-found')).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`has no serious fault of accessibility, ${scheme}`, async ({ signedIn: page, studio }) => {
    const id = await organisation(studio, `Accessible ${scheme}`)
    await page.emulateMedia({ colorScheme: scheme })
    await page.goto(addressOf(id))
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await expectNoFaults(page)
  })
}
