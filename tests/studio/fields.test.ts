// Every kind of value: typed in the create panel, read back through the API, shown, filtered by.
import type { Page } from '@playwright/test'
import { expect, nameOf, type Studio, TENANT, test } from './support/studio.ts'

const ENTITY = 'gallery.exhibit'
const API = `/api/v1/${TENANT}`
const option = (value: string, label: string, color: string) => ({ value, label: { en: label }, color })

const FIELDS = [
  { name: 'title', type: 'text', label: 'Title', required: true, max_length: 40, help: 'What it is called' },
  { name: 'story', type: 'long_text', label: 'Story' },
  { name: 'weight', type: 'number', label: 'Weight' },
  { name: 'length', type: 'decimal', label: 'Length', scale: 3, min: '0' },
  { name: 'price', type: 'money', label: 'Price' },
  { name: 'share', type: 'percent', label: 'Share' },
  { name: 'lent', type: 'boolean', label: 'Lent' },
  { name: 'made_on', type: 'date', label: 'Made on' },
  { name: 'seen_at', type: 'date_time', label: 'Seen at' },
  { name: 'opens_at', type: 'date_time', label: 'Opens at', zoned: true },
  {
    name: 'state',
    type: 'choice',
    label: 'State',
    options: [option('good', 'Good', 'green'), option('worn', 'Worn', 'yellow'), option('broken', 'Broken', 'red')],
  },
  {
    name: 'tags',
    type: 'multi_choice',
    label: 'Tags',
    options: [option('old', 'Old', 'gray'), option('rare', 'Rare', 'purple'), option('loud', 'Loud', 'orange')],
  },
  { name: 'mail', type: 'email', label: 'Mail' },
  { name: 'call', type: 'phone', label: 'Call' },
  { name: 'page', type: 'url', label: 'Page' },
  { name: 'place', type: 'address', label: 'Place' },
  { name: 'maker', type: 'person_name', label: 'Maker' },
  { name: 'data', type: 'json', label: 'Data' },
  { name: 'photo', type: 'file', label: 'Photo' },
  { name: 'number', type: 'auto_number', label: 'Number', number_pattern: 'EX-{0000}' },
  { name: 'keeper', type: 'user', label: 'Keeper' },
  { name: 'lender', type: 'reference', label: 'Lender', to: 'base.organisation' },
  { name: 'about', type: 'any_reference', label: 'About', to: ['base.organisation', 'base.person'] },
  { name: 'whole', type: 'parent', label: 'Part of' },
  { name: 'sponsors', type: 'many_to_many', label: 'Sponsors', to: 'base.organisation' },
  { name: 'code', type: 'secret', label: 'Code' },
  { name: 'shout', type: 'formula', label: 'Shout', rule: { cat: [{ var: 'title' }, '!'] } },
]

test.beforeAll(async ({ studio }) => {
  const { version } = (await studio.call('GET', `${API}/metadata`)) as { version: number }
  const about = { name: 'gallery', version: '1.0.0', label: 'Gallery', requires: { base: '^1.0.0' } }
  const entity = { name: 'exhibit', label: 'Exhibit', plural: 'Exhibits', display_name: 'title', fields: FIELDS }
  await studio.call('POST', `${API}/metadata/publish`, {
    packages: [{ name: 'gallery', files: { 'package.json': about, 'entities/exhibit.json': entity } }],
    expectedVersion: version,
    note: 'gallery',
  })
})

async function openPanel(page: Page): Promise<void> {
  await page.goto(`/${TENANT}/${ENTITY}/new`)
  await page.getByRole('button', { name: /more fields/ }).click()
  await page.getByLabel('Title', { exact: false }).first().focus()
}

const field = (page: Page, name: string) => page.locator(`rl-field-editor[data-field=${name}]`)
const SHOTS = process.env['RELATA_SHOTS']
async function shot(page: Page, name: string): Promise<void> {
  if (!SHOTS) return
  for (const theme of ['light', 'dark']) {
    await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme)
    await page.screenshot({ path: `${SHOTS}/${name}-${theme}.png` })
  }
}
/** Chooses in a picker by typing, as people at a keyboard do. */
async function choose(page: Page, name: string, typed: string, label = typed): Promise<void> {
  const input = field(page, name).getByRole('combobox').last()
  await input.focus()
  await page.keyboard.type(typed)
  await expect(page.getByRole('option', { name: label }).first()).toBeVisible()
  await page.keyboard.press('Enter')
}
async function fill(page: Page, name: string, typed: string): Promise<void> {
  await field(page, name).locator('input, textarea').first().fill(typed)
}

test('every kind of value is typed, saved and shown', async ({ signedIn: page, studio }) => {
  // Two dozen fields by keyboard.
  test.slow()
  await openPanel(page)
  await page.keyboard.type('Steam engine')
  await fill(page, 'story', 'Bought in 1911.\nStill runs.')
  await fill(page, 'weight', '1,250.5')
  await fill(page, 'length', '12.340')
  await fill(page, 'price', '1,999.90')
  const currency = field(page, 'price').getByRole('combobox')
  await currency.focus()
  await page.keyboard.type('swiss')
  await page.keyboard.press('Enter')
  await expect(currency).toHaveValue('CHF')
  await fill(page, 'share', '12.5')
  await field(page, 'lent').getByRole('checkbox').press('Space')
  await fill(page, 'made_on', '4 May 1911')
  for (const name of ['seen_at', 'opens_at']) {
    await fill(page, name, '1/7/2026')
    await field(page, name)
      .getByLabel(/^Time:/)
      .fill('12:00')
  }
  await choose(page, 'opens_at', 'new york', 'New York')
  await choose(page, 'state', 'wor', 'Worn')
  await choose(page, 'tags', 'rar', 'Rare')
  await choose(page, 'tags', 'old', 'Old')
  await fill(page, 'mail', 'ada@Example.org')
  await fill(page, 'call', '+49 30 1234567')
  await fill(page, 'page', 'example.org/engine')
  await field(page, 'place').getByPlaceholder('City').fill('Berlin')
  await choose(page, 'place', 'germ', 'Germany')
  await field(page, 'maker').getByPlaceholder('First name').fill('Ada')
  await field(page, 'maker').getByPlaceholder('Last name').fill('Lovelace')
  await fill(page, 'data', '{"rpm": 90}')
  await field(page, 'photo')
    .locator('input[type=file]')
    .setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('drawn') })
  await expect(field(page, 'photo').getByRole('link')).toHaveText('plan.txt')
  await choose(page, 'keeper', 'admin')
  await choose(page, 'lender', '0042', nameOf(41))
  await choose(page, 'about', 'organis', 'Organisation')
  await expect(field(page, 'about').getByRole('combobox')).toHaveCount(2)
  await choose(page, 'about', '0007', nameOf(6))
  await fill(page, 'code', 'open sesame')
  await shot(page, 'filled-end')
  await field(page, 'title').scrollIntoViewIfNeeded()
  await shot(page, 'filled-start')

  const answering = page.waitForResponse(
    (answer) => answer.request().method() === 'POST' && answer.url().includes(ENTITY),
  )
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const { id } = (await (await answering).json()) as { id: string }
  const saved = (await studio.call('GET', `${API}/records/${ENTITY}/${id}`)) as Record<string, unknown>
  expect(saved).toMatchObject({
    title: 'Steam engine',
    story: 'Bought in 1911.\nStill runs.',
    weight: 1250.5,
    length: '12.340',
    price: { amount: '1999.90', currency: 'CHF' },
    share: '12.5',
    lent: true,
    made_on: '1911-05-04',
    seen_at: '2026-07-01T10:00:00Z',
    opens_at: { at: '2026-07-01T16:00:00Z', zone: 'America/New_York' },
    state: 'worn',
    tags: ['old', 'rare'],
    mail: 'ada@example.org',
    call: '+49301234567',
    page: 'https://example.org/engine',
    place: { city: 'Berlin', country: 'DE' },
    maker: { given: 'Ada', family: 'Lovelace' },
    data: { rpm: 90 },
    number: 'EX-0001',
    about: { entity: 'base.organisation' },
    code: true,
    shout: 'Steam engine!',
  })
  const lender = (await studio.call('GET', `${API}/records/base.organisation/${saved['lender']}`)) as { name: string }
  expect(lender.name).toBe(nameOf(41))

  await page.goto(`/${TENANT}/${ENTITY}/${id}`)
  await expect(page.getByRole('link', { name: 'ada@example.org' })).toHaveAttribute('href', 'mailto:ada@example.org')
  await shot(page, 'record')
  const columns = 'title,price,state,tags,lent,weight,seen_at,lender,page,photo'
  await page.goto(`/${TENANT}/${ENTITY}?columns=${columns}`)
  await expect(page.getByText('Worn').first()).toBeVisible()
  await expect(page.getByText('CHF 1,999.90').first()).toBeVisible()
  await shot(page, 'list')
})

test('what cannot be saved is said at the field when it is left', async ({ signedIn: page }) => {
  await openPanel(page)
  const wrong: [string, string, string][] = [
    ['mail', 'ada', 'Enter an e-mail address'],
    ['length', '-3', 'Must be at least 0.'],
    ['weight', 'heavy', 'Enter a number.'],
    ['call', '030 123', 'Begin with +'],
    ['data', '{oops', 'This is not JSON'],
  ]
  for (const [name, typed, said] of wrong) {
    await fill(page, name, typed)
    await page.keyboard.press('Tab')
    await expect(field(page, name)).toContainText(said)
    await expect(field(page, name).locator('[aria-invalid=true]').first()).toBeVisible()
  }
  await shot(page, 'errors')
  await fill(page, 'mail', 'ada@example.org')
  await expect(field(page, 'mail').locator('.rl-error')).toHaveCount(0)
})

test('the list of a picker is walked by arrows, and Escape closes only it', async ({ signedIn: page }) => {
  await openPanel(page)
  const state = field(page, 'state').getByRole('combobox')
  await state.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await shot(page, 'picker')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('option')).toHaveCount(0)
  await expect(page.getByLabel('New exhibit').first()).toBeVisible()
  await expect(state).toHaveValue('')
})

const FILTERS: readonly (readonly unknown[])[] = [
  ['title', 'contains', 'engine'],
  ['title', 'starts', 'ENGINE'],
  ['story', 'filled', null],
  ['weight', 'between', ['1000', '2000']],
  ['length', 'is', '12.34'],
  ['price', 'more', '0'],
  ['share', 'less', '13'],
  ['lent', 'yes', null],
  ['made_on', 'before', '1912-01-01'],
  ['seen_at', 'is', '2026-07-01'],
  ['opens_at', 'after', '2026-06-30'],
  ['state', 'is', ['worn', 'good']],
  ['tags', 'is', ['rare']],
  ['tags', 'filled', null],
  ['place', 'contains', 'berlin'],
  ['maker', 'filled', null],
  ['data', 'filled', null],
  ['photo', 'empty', null],
  ['lender', 'empty', null],
  ['about', 'empty', null],
  ['shout', 'contains', 'filters!'],
  ['made_on', 'past', null],
  ['made_on', 'last', ['200', 'year']],
  ['seen_at', 'between', ['2026-07-01', '2026-07-01']],
  ['created_at', 'period', 'this_year'],
  ['created_at', 'last', ['1', 'day']],
  ['created_by', 'me', null],
]
test('filters of every kind find what they should', async ({ signedIn: page, studio }) => {
  // A page for each of them.
  test.setTimeout(90_000)
  await makeOne(studio)
  for (const chip of FILTERS) {
    await page.goto(`/${TENANT}/${ENTITY}?filter=${encodeURIComponent(JSON.stringify([chip]))}`)
    await expect(page.locator('.rl-cell-name').first(), JSON.stringify(chip)).toHaveText('Engine of filters')
  }
})

async function makeOne(studio: Studio): Promise<void> {
  await studio.call('POST', `${API}/records/${ENTITY}`, {
    title: 'Engine of filters',
    story: 'x',
    weight: 1250.5,
    length: '12.340',
    price: { amount: '5', currency: 'EUR' },
    share: '12.5',
    lent: true,
    made_on: '1911-05-04',
    seen_at: '2026-07-01T10:00:00Z',
    opens_at: { at: '2026-07-01T16:00:00Z', zone: 'America/New_York' },
    state: 'worn',
    tags: ['rare', 'old'],
    place: { city: 'Berlin', country: 'DE' },
    maker: { given: 'Ada' },
    data: { rpm: 90 },
  })
}
