// One-time codes against the vectors of RFC 6238 (appendix B) and RFC 4226 (appendix D).
import { describe, expect, test } from 'vitest'
import { findTotpStep, newTotpSecret, toBase32, totpCode, totpStep, totpUri } from '../../kernel/auth/totp.ts'

const SECRET = toBase32(Buffer.from('12345678901234567890'))

describe('one-time codes', () => {
  test('are those of RFC 6238', () => {
    // The RFC tells eight digits; six are their end.
    const vectors: [number, string][] = [
      [59, '94287082'],
      [1_111_111_109, '07081804'],
      [1_111_111_111, '14050471'],
      [1_234_567_890, '89005924'],
      [2_000_000_000, '69279037'],
      [20_000_000_000, '65353130'],
    ]
    for (const [seconds, code] of vectors) expect(totpCode(SECRET, totpStep(seconds * 1000))).toBe(code.slice(2))
  })

  test('are those of RFC 4226', () => {
    const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
    expect(codes.map((_, counter) => totpCode(SECRET, counter))).toEqual(codes)
  })

  test('of the half minute before and after count too, each once, and none of earlier', () => {
    const nowMs = 1_700_000_000_000
    const now = totpStep(nowMs)
    for (const step of [now - 1, now, now + 1]) {
      const code = totpCode(SECRET, step)
      expect(findTotpStep(SECRET, code, nowMs, 0)).toBe(step)
      expect(findTotpStep(SECRET, code, nowMs, step)).toBeUndefined()
    }
    for (const step of [now - 2, now + 2])
      expect(findTotpStep(SECRET, totpCode(SECRET, step), nowMs, 0)).toBeUndefined()
    for (const wrong of ['', '12345', 'abcdef', '1234567'])
      expect(findTotpStep(SECRET, wrong, nowMs, 0)).toBeUndefined()
  })

  test('have secrets of 160 bits and an address that apps take', () => {
    const secret = newTotpSecret()
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(totpUri(secret, 'ada lovelace@example.org'))
    expect(uri.protocol).toBe('otpauth:')
    expect(uri.searchParams.get('secret')).toBe(secret)
    expect(decodeURIComponent(uri.pathname)).toContain('Relata:ada lovelace@example.org')
  })
})
