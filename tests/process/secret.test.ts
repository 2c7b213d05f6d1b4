import { readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { beginRotation, createKeyring, endRotation, readSecrets } from '../../kernel/platform/secret.ts'
import { makeDataFolder } from '../support/start-server.ts'

const OLD = 'o'.repeat(32)
const NEW = 'n'.repeat(32)
let folder: string
beforeEach(() => {
  folder = makeDataFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a sealed value opens where it belongs and nowhere else', () => {
  const keyring = createKeyring([OLD])
  const sealed = keyring.seal('пароль', 'mail_account/7')
  expect(sealed).not.toContain('пароль')
  expect(keyring.seal('пароль', 'mail_account/7')).not.toBe(sealed)
  expect(keyring.open(sealed, 'mail_account/7')).toBe('пароль')
  expect(() => keyring.open(sealed, 'mail_account/8')).toThrow('it was changed, or sealed for another place')
  expect(() => keyring.open(`${sealed.slice(0, -2)}AA`, 'mail_account/7')).toThrow('it was changed')
  expect(() => keyring.open('plain', 'mail_account/7')).toThrow('it is not a sealed value')
})

test('an empty text can be sealed', () => {
  const keyring = createKeyring([OLD])
  expect(keyring.open(keyring.seal('', 'x'), 'x')).toBe('')
})

test('rotation: the new key seals, the old one still opens, and values say when they are outdated', () => {
  const before = createKeyring([OLD])
  const sealed = before.seal('value', 'x')
  const after = createKeyring([NEW, OLD])
  expect(after.open(sealed, 'x')).toBe('value')
  expect(after.isOutdated(sealed)).toBe(true)
  expect(after.isOutdated(after.seal('value', 'x'))).toBe(false)
  expect(() => createKeyring([NEW]).open(sealed, 'x')).toThrow('is not among those given')
})

test('signatures are of one purpose, and outlive a rotation', () => {
  const signature = createKeyring([OLD]).sign('text', 'links')
  const after = createKeyring([NEW, OLD])
  expect(after.isSigned('text', signature, 'links')).toBe(true)
  expect(after.isSigned('text', signature, 'sessions')).toBe(false)
  expect(after.isSigned('other', signature, 'links')).toBe(false)
  expect(after.isSigned('text', '', 'links')).toBe(false)
  expect(createKeyring([NEW]).isSigned('text', signature, 'links')).toBe(false)
})

test('purposes give keys that have nothing in common', () => {
  const keyring = createKeyring([OLD])
  expect(keyring.derive('a')).toHaveLength(32)
  expect(keyring.derive('a').equals(keyring.derive('b'))).toBe(false)
  expect(keyring.derive('a').equals(createKeyring([OLD, NEW]).derive('a'))).toBe(true)
})

test('without RELATA_SECRET a key file is made once, readable by its owner only', () => {
  const first = readSecrets({ secrets: [], dataFolder: folder })
  expect(first).toHaveLength(1)
  expect(readSecrets({ secrets: [], dataFolder: folder })).toEqual(first)
  expect(statSync(path.join(folder, 'secret.key')).mode & 0o777).toBe(0o600)
  expect(readSecrets({ secrets: [NEW], dataFolder: folder })).toEqual([NEW])
})

test('rotating the key file puts a new key in front, once, and then leaves it alone', () => {
  const [old] = readSecrets({ secrets: [], dataFolder: folder })
  const secrets = beginRotation(folder)
  expect(beginRotation(folder)).toEqual(secrets)
  expect(readSecrets({ secrets: [], dataFolder: folder })).toEqual(secrets)
  expect(secrets).toHaveLength(2)
  expect(secrets[1]).toBe(old)
  expect(readFileSync(path.join(folder, 'secret.key'), 'utf8').trim().split('\n')).toEqual(secrets)
  endRotation(folder, secrets)
  expect(readSecrets({ secrets: [], dataFolder: folder })).toEqual(secrets.slice(0, 1))
  expect(statSync(path.join(folder, 'secret.key')).mode & 0o777).toBe(0o600)
})
