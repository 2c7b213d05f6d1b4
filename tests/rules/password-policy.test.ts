// What a new password has to be.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findWeakness } from '../../sdk/passwords/policy.ts'

const about = ['ada.king@example.org', 'Ada Lovelace']
const fault = (password: string, minLength = 10) => findWeakness(password, { minLength, about })?.key

describe('a password', () => {
  test('has a length, counted in characters', () => {
    expect(fault('x8)kMw2v')).toBe('too_short')
    expect(fault('x8)kMw2v', 8)).toBeUndefined()
    expect(fault('🐝🐛🦋🐌🐞🐜🦟🦗🕷🦂')).toBeUndefined()
    expect(fault('🐝🐛🦋🐌🐞')).toBe('too_short')
    expect(fault(`long ${'ab#9'.repeat(40)}`)).toBe('too_long')
  })

  test.each([
    ['Password123!', '1234567890', 'qwertyuiop', 'Qwerty!2345', 'P@ssw0rd2024', 'iloveyou2020!', 'Summer2025!!'],
    [
      'aaaaaaaaaaaa',
      'ababababababab',
      'hunter2hunter2',
      'letmein12345',
      'zaq12wsxzaq12wsx',
      'ПарольПароль1',
      'йцукенгшщз',
    ],
    ['passwordpassword', 'admin123456', '0987654321', 'ｐａｓｓｗｏｒｄ１２３'],
  ])('that somebody would try first is refused', (...passwords) => {
    for (const password of passwords) expect([password, fault(password)]).toEqual([password, 'password_common'])
  })

  test('that names its owner is refused', () => {
    for (const password of ['ADA.KING and more', 'i am ada lovelace', 'xx-LoveLace-77', 'ada.king@example.org'])
      expect([password, fault(password)]).toEqual([password, 'password_personal'])
    // A name of three letters stands in many words.
    expect(fault('canada is cold, dear')).toBeUndefined()
  })

  test.each(['correct horse battery', 'a password of hers', 'long enough', 'tr0ub4dor&3x', 'мой дядя самых честных'])(
    'like “%s” will do',
    (password) => expect(fault(password)).toBeUndefined(),
  )

  test('made of random signs will do, whatever its case; more of its own never makes it worse', () => {
    const random = fc.string({ unit: fc.constantFrom(...'bcdfghjklmnpqvwxz#%+=?~'), minLength: 14, maxLength: 40 })
    fc.assert(
      fc.property(random, (password) => {
        fc.pre(new Set(password).size >= 8)
        expect(fault(password)).toBe(fault(password.toUpperCase()))
        if (fault(password) === undefined) expect(fault(`${password}+`)).toBeUndefined()
      }),
    )
  })
})
