// The gallery shows every component in both themes at once: nothing in it has a fault that axe calls serious, runs out of
// its place, or complains on the console, in any language, on wide and on narrow screens, for pointers and for fingers.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './support/studio.ts'

const THEMES = ['light', 'dark']
/** Everything at once takes longer than any page. */
const LONG_MS = 15_000

async function openGallery(page: Page, language: string): Promise<string[]> {
  const said: string[] = []
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()))
  await page.goto(`/gallery?language=${language}`)
  await expect(page.locator('#editors rl-field-editor').last()).toBeVisible({ timeout: LONG_MS })
  await expect(page.locator('#list .rl-cell-name').last()).toBeVisible({ timeout: LONG_MS })
  return said
}

/** axe does not judge the colours of what is scrolled out of sight. */
async function unroll(page: Page): Promise<void> {
  await page.locator('html, body, rl-app, rl-gallery, .rl-gallery').evaluateAll((all: HTMLElement[]) => {
    for (const { style } of all) {
      style.height = 'auto'
      style.overflow = 'visible'
    }
  })
}

/** What reaches beyond the right edge of its pane; within what scrolls or is cut with dots, it may. */
async function overflowing(page: Page): Promise<string[]> {
  return page.locator('.rl-gallery-pane').evaluateAll((panes) => {
    const mayScroll = (element: Element) => /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX)
    const found = new Set<string>()
    for (const pane of panes) {
      const { right } = pane.getBoundingClientRect()
      const isHeld = (element: Element): boolean => {
        for (let up = element.parentElement; up && up !== pane; up = up.parentElement) if (mayScroll(up)) return true
        return false
      }
      for (const element of pane.querySelectorAll('*')) {
        if (element.getBoundingClientRect().right <= right + 1 || !element.checkVisibility() || isHeld(element))
          continue
        found.add(`${pane.parentElement?.id} ${element.tagName.toLowerCase()}.${element.className}`)
      }
    }
    const page = document.querySelector('.rl-gallery')
    if (page && page.scrollWidth > page.clientWidth) found.add('the page itself')
    return [...found]
  })
}

for (const width of [1440, 390])
  for (const language of ['ru', 'pseudo'])
    test(`everything keeps to its place at ${width} pixels (${language})`, async ({ signedIn: page }) => {
      await page.setViewportSize({ width, height: 900 })
      const said = await openGallery(page, language)
      expect(await overflowing(page)).toEqual([])
      expect(said).toEqual([])
    })

test('nothing has a serious fault, in both themes and in Russian', async ({ signedIn: page }) => {
  test.setTimeout(120_000)
  await openGallery(page, 'ru')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Галерея')
  await unroll(page)
  for (const theme of THEMES) {
    const axe = new AxeBuilder({ page })
      .include(`.rl-gallery-pane[data-theme=${theme}]`)
      .options({ resultTypes: ['violations'] })
    // Dark differs in its colours only.
    if (theme === 'dark') axe.withRules(['color-contrast'])
    const { violations } = await axe.analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(
      serious.map(({ id, nodes }) => `${theme} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    ).toEqual([])
  }
})

test('every field type is there in every state, and a conflict over each kind of value', async ({ signedIn: page }) => {
  await openGallery(page, 'en')
  await expect(page.locator('#editors .rl-gallery-pane').first().locator('h3')).toHaveCount(27)
  await expect(page.locator('#editors rl-field-editor')).toHaveCount(27 * 5 * THEMES.length)
  // Of a text, of an amount with its currency, of a choice.
  await expect(page.locator('#saving .rl-conflict').first().locator('fieldset')).toHaveCount(3)
})

test('the language and the density are chosen on the page and stay in its address', async ({ signedIn: page }) => {
  await openGallery(page, 'en')
  await page.getByLabel('Language').selectOption('ru')
  await expect(page.locator('#buttons')).toContainText('Добавить фильтр')
  await page.getByLabel('Строки').selectOption('comfortable')
  await expect(page).toHaveURL(/language=ru&density=comfortable/)
  const height = await page
    .locator('#reading .rl-row')
    .nth(2)
    .evaluate((row) => row.getBoundingClientRect().height)
  expect(height).toBeGreaterThanOrEqual(40)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Галерея')
})

test.describe('with fingers', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } })

  test('targets are 44 pixels high', async ({ signedIn: page }) => {
    await openGallery(page, 'ru')
    const low = await page
      .locator(
        '.rl-gallery-pane :is(.rl-button, .rl-input, .rl-nav-item, .rl-menu-item, .rl-toast button, .rl-tabs > button)',
      )
      .evaluateAll((all) =>
        all
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
          .map((one) => one.outerHTML),
      )
    expect(low).toEqual([])
    const chips = page.locator('.rl-chip')
    for (const chip of await chips.all()) expect((await chip.boundingBox())?.height).toBeGreaterThanOrEqual(44)
  })
})
