// Catalogues of texts: every language says everything English says, with the same gaps and the plurals it needs.
import { globSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const FOLDER = path.join(import.meta.dirname, '../../studio/catalogue')
type Texts = Readonly<Record<string, string>>

async function read(language: string): Promise<Texts> {
  const files = globSync([`${language}.ts`, `${language}-*.ts`], { cwd: FOLDER })
  const modules: Record<string, Texts>[] = await Promise.all(files.map((file) => import(path.join(FOLDER, file))))
  return Object.assign({}, ...modules.flatMap((one) => Object.values(one)))
}
const stemOf = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '')
const gapsOf = (text: string | undefined): string[] =>
  [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort()

/** Languages beside English, by the files that are there. */
const languages = [...new Set(globSync('*.ts', { cwd: FOLDER }).map((file) => file.split(/[-.]/)[0] ?? ''))].filter(
  (name) => name !== 'en',
)
const english = await read('en')
const plurals = new Set(
  Object.keys(english)
    .filter((key) => key.endsWith('_other'))
    .map(stemOf),
)
/** What English has in parts that this language has too: a part may be translated later. */
const partsOf = (language: string): Promise<Texts> =>
  Promise.all(
    globSync([`${language}.ts`, `${language}-*.ts`], { cwd: FOLDER }).map(
      (file) => import(path.join(FOLDER, file.replace(language, 'en'))),
    ),
  ).then((modules: Record<string, Texts>[]) => Object.assign({}, ...modules.flatMap((one) => Object.values(one))))

describe.each(languages)('%s', async (language) => {
  const texts = await read(language)
  const wanted = await partsOf(language)

  test('has every key, and none that English lacks', () => {
    expect([...new Set(Object.keys(texts).map(stemOf))].sort()).toEqual(
      [...new Set(Object.keys(wanted).map(stemOf))].sort(),
    )
  })

  test('has the plural forms of the language', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const missing = [...plurals]
      .filter((stem) => `${stem}_other` in wanted)
      .flatMap((stem) => forms.map((form) => `${stem}_${form}`).filter((key) => !(key in texts)))
    expect(missing).toEqual([])
  })

  test('keeps the gaps', () => {
    const different = Object.keys(texts).filter((key) => {
      const source = english[key] ?? english[`${stemOf(key)}_other`]
      return gapsOf(texts[key]).join() !== gapsOf(source).join() && !plurals.has(stemOf(key))
    })
    expect(different).toEqual([])
  })
})

test('there is a language beside English', () => {
  expect(languages).toContain('ru')
})
