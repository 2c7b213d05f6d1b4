// Every text is found by its accents; every text has room to grow by a third. What people entered is marked translate="no".
import type { Page } from '@playwright/test'
import { expect, signIn, TENANT, test } from './support/studio.ts'

const PAGES = [
  [`/${TENANT}/base.organisation`, '.rl-cell-name'],
  [`/${TENANT}/base.organisation?q=zzzz`, '.rl-empty'],
  [`/${TENANT}/base.meeting`, '.rl-empty'],
  [`/${TENANT}/trash`, '.rl-page'],
  [`/${TENANT}/profile`, '#display_name'],
  [`/${TENANT}/new-entity`, 'rl-field-row select'],
  [`/${TENANT}/system.invitation/new`, '#invite-email'],
  [`/${TENANT}/system.key/new`, '#new-key-name'],
  ['/forgot', '#email'],
  ['/password?token=x', '[role=alert]'],
  ['/invitation?tenant=x&token=x', '[role=alert]'],
  ['/tenants', '.rl-tenant'],
  [`/${TENANT}/nothing`, '.rl-empty'],
] as const

/** Texts without accents, and texts that do not fit. */
async function faults(page: Page): Promise<{ untranslated: string[]; cutOff: string[]; isTooWide: boolean }> {
  return page.evaluate(() => {
    const isData = (element: Element | null) =>
      element?.closest(
        '[translate=no], vaadin-grid-cell-content:not(:has(.rl-column-head)), kbd, option, script, style',
      ) != null
    const isPlain = (text: string) => /\p{L}/u.test(text) && !/[[\]·]/.test(text)
    const untranslated = new Set<string>()
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      const text = node.textContent?.trim() ?? ''
      if (element?.checkVisibility() && !isData(element) && isPlain(text)) untranslated.add(text)
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
      if (isData(element)) continue
      for (const name of ['aria-label', 'title', 'placeholder']) {
        const text = element.getAttribute(name) ?? ''
        if (isPlain(text)) untranslated.add(`${name}=${text}`)
      }
    }
    const cutOff = [...document.querySelectorAll('button, a, label, h1, h2, h3, p, legend, span')]
      .filter(
        (one) =>
          one.checkVisibility() && !isData(one) && !one.closest('.rl-sr-only') && !one.classList.contains('rl-icon'),
      )
      // What has its whole text in a tip may be shortened: heads of columns, which people make wider.
      .filter(
        (one) =>
          one.scrollWidth > one.clientWidth + 1 &&
          getComputedStyle(one).overflowX !== 'visible' &&
          !one.closest('[title]'),
      )
      .map((one) => one.textContent?.trim() ?? '')
    return { untranslated: [...untranslated], cutOff, isTooWide: document.documentElement.scrollWidth > innerWidth }
  })
}

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const) {
  test(`nothing is untranslated or cut off at ${width} pixels`, async ({ page, studio }) => {
    test.setTimeout(60_000)
    await page.setViewportSize({ width, height })
    await page.goto('/?lang=qps')
    await expect(page.locator('#email')).toBeVisible()
    expect(await faults(page), 'sign-in').toEqual({ untranslated: [], cutOff: [], isTooWide: false })
    await signIn(page.context(), studio)
    for (const [path, ready] of PAGES) {
      await page.goto(path)
      await expect(page.locator(ready).first()).toBeVisible()
      await expect(page.locator('.rl-skeleton')).toHaveCount(0)
      expect(await faults(page), path).toEqual({ untranslated: [], cutOff: [], isTooWide: false })
    }
  })
}
