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
