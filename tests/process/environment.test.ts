import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeConfig, readConfig } from '../../kernel/platform/config.ts'
import { environmentTable } from '../../kernel/platform/variables.ts'
import { RelataError } from '../../sdk/errors.ts'

function problemsOf(env: Record<string, string>): RelataError {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof RelataError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('reading the environment', () => {
  test('nothing set: a server for this machine, with the embedded database', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ host: '127.0.0.1', port: 3000, databaseUrl: null, admin: null, secrets: [] })
    expect(config.dataFolder).toBe(path.resolve('.relata'))
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('empty and blank values count as absent', () => {
    expect(readConfig({ PORT: '', HOST: '  ' })).toMatchObject({ host: '127.0.0.1', port: 3000 })
  })

  test('everything set', () => {
    const config = readConfig({
      HOST: '0.0.0.0',
      PORT: '8080',
      RELATA_PUBLIC_URL: 'https://crm.example.org/',
      DATABASE_URL: 'postgres://relata:pw@db:5432/relata?sslmode=require',
      DATABASE_DIRECT_URL: 'postgres://relata:pw@db:5433/relata',
      RELATA_ADMIN_EMAIL: 'Ann@Example.org',
      RELATA_ADMIN_PASSWORD: 'long enough',
      RELATA_SECRET: `${'n'.repeat(32)}, ${'o'.repeat(32)}`,
      RELATA_LOG_LEVEL: 'WARN',
      RELATA_STOP_SECONDS: '30',
    })
    expect(config).toMatchObject({
      publicUrl: 'https://crm.example.org',
      admin: { email: 'ann@example.org', password: 'long enough' },
      secrets: ['n'.repeat(32), 'o'.repeat(32)],
      logLevel: 'warn',
      stopDeadlineMs: 30_000,
    })
  })

  test('every problem is told at once, with what to do, and without secrets', () => {
    const error = problemsOf({
      PORT: 'eighty',
      DATABASE_URL: 'mysql://root:hunter2@db/crm',
      RELATA_SECRET: 'too-short-secret',
      RELATA_ADMIN_EMAIL: 'ann',
      RELATA_PUBLIC_URL: 'https://example.org/crm',
    })
    expect(error.code).toBe('RL504')
    expect(error.problems.map(({ path: name }) => name).sort()).toEqual([
      'DATABASE_URL',
      'PORT',
      'RELATA_ADMIN_EMAIL',
      'RELATA_ADMIN_PASSWORD',
      'RELATA_PUBLIC_URL',
      'RELATA_SECRET',
    ])
    expect(error.message).toContain('PORT = eighty: it is not a whole number from 0 to 65535')
    expect(error.message).toContain('DATABASE_URL = mysql://root:***@db/crm')
    expect(error.message).toContain('openssl rand')
    expect(error.message).not.toContain('hunter2')
    expect(error.message).not.toContain('too-short-secret')
  })

  test('mail needs a sender and the address that its links lead to', () => {
    const names = (env: Record<string, string>) =>
      problemsOf(env)
        .problems.map(({ path: name }) => name)
        .sort()
    const url = 'smtp://relata:hunter2@mail.example.org:587'
    expect(names({ RELATA_SMTP_URL: url })).toEqual(['RELATA_MAIL_FROM', 'RELATA_PUBLIC_URL'])
    expect(names({ RELATA_MAIL_FROM: 'crm@example.org' })).toEqual(['RELATA_SMTP_URL'])
    const whole = { RELATA_SMTP_URL: url, RELATA_PUBLIC_URL: 'https://crm.example.org' }
    expect(readConfig({ ...whole, RELATA_MAIL_FROM: 'Relata <crm@example.org>' }).smtp).toEqual({
      url,
      from: 'Relata <crm@example.org>',
    })
    expect(describeConfig(readConfig({ ...whole, RELATA_MAIL_FROM: 'crm@example.org' }))).not.toContain('hunter2')
    expect(names({ ...whole, RELATA_MAIL_FROM: 'a@example.org\r\nBcc: b@example.org' })).toEqual(['RELATA_MAIL_FROM'])
    expect(
      names({ ...whole, RELATA_SMTP_URL: 'smtp://me:100%@mail.example.org', RELATA_MAIL_FROM: 'a@example.org' }),
    ).toEqual(['RELATA_SMTP_URL'])
    const wrong = problemsOf({ RELATA_SMTP_URL: 'http://relata:hunter2@mail.example.org' })
    expect(wrong.message).toContain('it is not an smtp:// or smtps:// address')
    expect(wrong.message).not.toContain('hunter2')
  })

  test('the administrator’s password is held to the same as everybody’s', () => {
    const admin = { RELATA_ADMIN_EMAIL: 'ann.lee@example.org' }
    for (const password of ['short', 'password1234', 'ann.lee is here'])
      expect(problemsOf({ ...admin, RELATA_ADMIN_PASSWORD: password }).problems).toMatchObject([
        { path: 'RELATA_ADMIN_PASSWORD' },
      ])
    const short = { ...admin, RELATA_ADMIN_PASSWORD: 'x8)kMw2v' }
    expect(problemsOf(short).message).toContain('at least 10 characters')
    expect(readConfig({ ...short, RELATA_PASSWORD_LENGTH: '8' }).admin?.password).toBe('x8)kMw2v')
  })

  test('a password pasted into an address without encoding is hidden whole', () => {
    const { message } = problemsOf({ DATABASE_URL: 'postgres://relata:a/b@c:d@db' })
    expect(message).toContain('postgres://relata:***@db')
  })

  test('a misspelt variable is noticed', () => {
    expect(readConfig({ RELATA_LOG_LEVLE: 'debug' }).warnings).toEqual([
      'RELATA_LOG_LEVLE is set but means nothing to this server; did you mean RELATA_LOG_LEVEL?',
    ])
  })

  test('the description for people holds no secret', () => {
    const text = describeConfig(
      readConfig({
        DATABASE_URL: 'postgres://relata:hunter2@db/relata',
        RELATA_SECRET: 's'.repeat(40),
        RELATA_ADMIN_EMAIL: 'ann@example.org',
        RELATA_ADMIN_PASSWORD: 'long enough',
      }),
    )
    expect(text).toContain('ann@example.org')
    expect(text).not.toMatch(/hunter2|ssss|long enough/)
  })
})

const readme = path.join(import.meta.dirname, '../../README.md')
test.skipIf(!existsSync(readme))('README.md has the table of variables as the code has it', () => {
  expect(readFileSync(readme, 'utf8')).toContain(environmentTable())
})
