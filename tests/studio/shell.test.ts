// The frame: what the sidebar shows when names are long and entries are many.
import { expect, openList, TENANT, test } from './support/studio.ts'

test.describe('long names in the sidebar', () => {
  test('take a second line and are never cut off', async ({ signedIn: page }) => {
    await page.route(`**/api/v1/${TENANT}/meta`, async (request) => {
      const answer = await request.fetch()
      const body = await answer.json()
      const long = 'Разрешения на строительство и реконструкцию зданий'
      for (const app of body.apps)
        app.navigation = app.navigation.map((entry: object) => ({ ...entry, label: { en: long } }))
      await request.fulfill({ response: answer, json: body })
    })
    await openList(page)
    const entries = page.locator('.rl-sidebar .rl-nav:not(.rl-nav-foot) .rl-nav-item > .rl-ellipsis')
    expect(await entries.count()).toBeGreaterThan(2)
    const cut = await entries.evaluateAll((all) =>
      all
        .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
        .map((one) => one.textContent),
    )
    expect(cut).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440)
  })
})

test('eight entries stand in the sidebar, the others under More', async ({ signedIn: page }) => {
  await page.route(`**/api/v1/${TENANT}/meta`, async (request) => {
    const answer = await request.fetch()
    const body = await answer.json()
    for (const app of body.apps) {
      const [first] = app.navigation
      app.navigation = Array.from({ length: 11 }, (_, index) => ({
        ...first,
        id: `entry-${index}`,
        label: { en: `Entry ${index + 1}` },
      }))
    }
    await request.fulfill({ response: answer, json: body })
  })
  await page.goto(`/${TENANT}/base.task`)
  const entries = page.locator('.rl-sidebar .rl-nav').first().getByRole('link')
  await expect(entries).toHaveCount(8)
  await page.getByRole('button', { name: 'More', exact: true }).first().click()
  await expect(entries).toHaveCount(11)
})
