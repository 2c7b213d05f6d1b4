// A forgotten password, from the sign-in page over a real mail server back into the studio.
import { expect, test } from '@playwright/test'
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts'
import { ADMIN, freePort, type ServerUnderTest, startServer } from '../support/start-server.ts'

let mail: MailServer
let server: ServerUnderTest

test.beforeAll(async () => {
  mail = await startMailServer()
  const port = await freePort()
  server = await startServer({
    env: {
      RELATA_PUBLIC_URL: `http://127.0.0.1:${port}`,
      RELATA_SMTP_URL: mail.url,
      RELATA_MAIL_FROM: 'Relata <crm@example.org>',
    },
    port,
  })
})
test.afterAll(async () => {
  await server.stop()
  await mail.close()
})

test('is replaced by a link from a mail', async ({ page }) => {
  const problems: string[] = []
  page.on('console', (message) => /Content Security Policy/i.test(message.text()) && problems.push(message.text()))
  await page.goto(server.url)
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByLabel('E-mail').fill('nobody at all')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await expect(page.getByRole('alert')).toContainText('Enter an e-mail address')
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await expect(page.getByRole('heading', { name: 'Look at your mail' })).toBeVisible()

  const link = linkIn((await mail.next(ADMIN.email)).text).href
  await page.goto(link)
  await expect(page.getByText(`For ${ADMIN.email}`)).toBeVisible()
  await page.getByLabel('Password').fill('admin and more')
  await page.getByRole('button', { name: 'Save and sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('Leave out your name and your address.')
  await page.getByLabel('Password').fill('something else entirely')
  await page.getByRole('button', { name: 'Save and sign in' }).click()
  await expect(page.getByRole('heading', { name: 'What would you like to start with?' })).toBeVisible()
  expect((await mail.next(ADMIN.email)).subject).toBe('Your password was changed')

  await page.goto(link)
  await expect(page.getByRole('heading', { name: 'This link is no longer valid' })).toBeVisible()
  await page.context().clearCookies()
  await page.goto(server.url)
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('wrong')
  expect(problems).toEqual([])
})

test('is told how long to wait after too many attempts', async ({ page }) => {
  await page.goto(server.url)
  await page.getByLabel('E-mail').fill('guessed@example.org')
  await page.getByLabel('Password').fill('wrong every time')
  for (let attempt = 0; attempt < 6; attempt++) {
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled()
  }
  await expect(page.getByRole('alert')).toContainText('Too many attempts. Try again in 5 minutes.')
})
