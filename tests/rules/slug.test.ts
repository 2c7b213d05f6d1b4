import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numbered, requireSlug, SLUG, slugOf } from '../../kernel/tenants/slug.ts'

test.each([
  ['Acme & Sons, Ltd.', 'acme-sons-ltd'],
  ['Ромашка', 'romashka'],
  ['ООО «Щедрый Ёжик»', 'ooo-shchedryi-ezhik'],
  ['Київська Їдальня', 'kiivska-idalnia'],
  ['Τράπεζα Ελλάδος', 'trapeza-ellados'],
  ['Ærøskøbing Bådværft', 'aeroskobing-badvaerft'],
  ['Straße 7', 'strasse-7'],
  ['Łódź', 'lodz'],
  ["L'Été", 'lete'],
  ['api', 'api-org'],
])('%s becomes %s', (title, slug) => {
  expect(slugOf(title)).toBe(slug)
})

test.each(['北京市政府', 'ירושלים', '2024', '!!!', ''])(
  '%s, which has no Latin spelling, gets a short name',
  (title) => {
    expect(slugOf(title)).toMatch(/^tenant-[0-9a-f]{6}$/)
  },
)

test('whatever the title, the slug can be used, and numbered', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.lorem()),
      fc.integer({ min: 2, max: 999 }),
      (title, number) => {
        const slug = slugOf(title)
        expect(slug).toMatch(SLUG)
        expect(numbered(slug, number)).toMatch(SLUG)
        requireSlug(slug)
      },
    ),
  )
})

test.each(['Acme', 'a_b', '-a', 'a-', 'a'.repeat(41), 'ä', 'api', ''])('“%s” is refused as an address', (slug) => {
  expect(() => requireSlug(slug)).toThrow(expect.objectContaining({ code: 'RL206' }))
})
