// Every text of the studio comes from studio/catalogue through `t`. The pseudo language (`?lang=qps`, or the locale
// en-XA in the profile) accents and lengthens every text, so that a forgotten or a cut-off one shows.
import i18next from 'i18next'
import { english, loadCatalogue } from './catalogues.ts'
import { pseudoCatalogue } from './pseudo.ts'
import { createStore } from './store.ts'

export const PSEUDO = 'en-XA'

type Plural<K extends string> = K extends `${infer Stem}_one` | `${infer Stem}_other` ? Stem : K
/** A key of a catalogue; of `x_one` and `x_other` the key is `x`, called with `count`. */
export type TextKey = Plural<keyof typeof english & string>
export type TextParams = Readonly<Record<string, string | number>>

const given = new URLSearchParams(location.search).get('lang')
if (given !== null) sessionStorage.setItem('relata.lang', given)
const asked = given ?? sessionStorage.getItem('relata.lang')
const forced = asked === 'qps' ? PSEUDO : asked

/** The first language of the browser that is a language tag: systems hand in such as `en-US@posix` or `C`. */
function deviceLocale(): string {
  return [...navigator.languages, navigator.language].find(isTag) ?? 'en'
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

const initial = forced !== null && isTag(forced) ? forced : deviceLocale()
/** BCP 47 tag by which numbers, dates and texts are shown. */
export const localeStore = createStore<string>(initial)

await i18next.init({
  lng: initial,
  fallbackLng: 'en',
  keySeparator: false,
  nsSeparator: false,
  // Templates escape; doing it twice would show &amp;.
  interpolation: { escapeValue: false },
  resources: { en: { translation: english }, [PSEUDO]: { translation: pseudoCatalogue(english) } },
})

await prepare(initial)

/** Texts of a language are loaded once, before they are shown. */
async function prepare(tag: string): Promise<void> {
  const language = languageOf(tag)
  if (language === 'en' || i18next.hasResourceBundle(language, 'translation')) return
  const texts = await loadCatalogue(language)
  if (texts) i18next.addResourceBundle(language, 'translation', texts)
}

export function t(key: TextKey, params: TextParams = {}): string {
  const shown = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'number' && name !== 'count' ? number(value) : value,
    ]),
  )
  return i18next.t(key, typeof params['count'] === 'number' ? { ...shown, shown: number(params['count']) } : shown)
}

export const locale = (): string => localeStore.get()
export const isPseudo = (): boolean => localeStore.get() === PSEUDO

/** The language of a profile; one forced by the address wins. The page is drawn anew when its texts are there. */
export async function setLocale(tag: string | null): Promise<void> {
  await showIn([forced, tag].find((one) => one !== null && isTag(one)) ?? deviceLocale())
}

/** This language, whatever the address and the profile say. */
export async function showIn(next: string): Promise<void> {
  await prepare(next).catch(() => undefined)
  await i18next.changeLanguage(next)
  document.documentElement.lang = next
  localeStore.set(next)
}

/** `ru` of `ru-RU`. */
export function languageOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? 'en'
}

const formats = new Map<string, Intl.NumberFormat>()
function number(value: number): string {
  const tag = locale()
  let format = formats.get(tag)
  if (!format) formats.set(tag, (format = new Intl.NumberFormat(tag)))
  return format.format(value)
}
/** `1,234` in the reader's language. */
export const formatNumber = number

/** Languages that write common nouns with a capital letter. */
const CAPITAL_NOUNS: ReadonlySet<string> = new Set(['de', 'lb'])
/** A label within a sentence: `New person`, yet `New VAT rate` and `Neue Person`. */
export function inSentence(label: string): string {
  const language = locale().split('-')[0] ?? 'en'
  if (CAPITAL_NOUNS.has(language) || !/^\p{Lu}(?=\p{Ll}|$)/u.test(label)) return label
  return label.charAt(0).toLocaleLowerCase(locale()) + label.slice(1)
}
