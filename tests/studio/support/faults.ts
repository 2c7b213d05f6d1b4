// What axe calls a serious fault.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'

export interface Looked {
  /** Selector of what is looked at; default: the whole page. */
  part?: string
  /** Selector of what is like its neighbours: looking at all of a long list takes long, and finds the same. */
  alike?: string
}

/** Dark differs from light in its colours only: there nothing else is looked at. */
export async function expectNoFaults(page: Page, { part, alike }: Looked = {}): Promise<void> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] })
  if (part) axe.include(part)
  if (alike) axe.exclude(alike)
  if (await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)) axe.withRules(['color-contrast'])
  const { violations } = await axe.analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
}
