// Word lists of a demo, by country with a shared fall-back, and the Latin spelling of what was picked from them.
import type { WireValue } from '../../sdk/wire/records.ts'
import type { Country, Demo } from './recipe.ts'
import { asWireValue } from './scene.ts'

export class Words {
  private readonly shared: ReadonlyMap<string, readonly WireValue[]>
  private readonly byCountry: ReadonlyMap<string, ReadonlyMap<string, readonly WireValue[]>>
  /** Spelling of words written as `王|wang`. */
  private readonly latin = new Map<string, string>()
  private readonly letters: Readonly<Record<string, string>>
  private readonly slugs = new Map<string, string>()

  constructor(demo: Demo) {
    this.letters = demo.letters
    this.shared = this.lists(demo.words)
    this.byCountry = new Map(demo.countries.map((country) => [country.code, this.lists(country.words)]))
  }

  /** The first of the lists that the country, or else everyone, has; empty when nobody has it. */
  list(names: readonly string[], country: Country): readonly WireValue[] {
    const own = this.byCountry.get(country.code)
    for (const name of names) {
      const found = own?.get(name) ?? this.shared.get(name)
      if (found) return found
    }
    return []
  }

  /** Lower-case Latin letters, digits and hyphens: for addresses of mail and web. */
  slug(text: string): string {
    const known = this.slugs.get(text)
    if (known !== undefined) return known
    // A name of several words may have a spelling of its own.
    const words = this.latin.has(text) ? [text] : text.split(/[\s«»]+/u)
    const slug = words
      .map((word) => this.spell(word))
      .join('-')
      .normalize('NFD')
      .replace(/[^a-zA-Z0-9-]+/gu, '')
      .replace(/-+/g, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase()
    this.slugs.set(text, slug)
    return slug
  }

  /** Known words first, the longest at each place (scripts without spaces), then letter by letter. */
  private spell(word: string): string {
    const whole = this.latin.get(word)
    if (whole !== undefined) return whole
    let spelled = ''
    for (let at = 0; at < word.length; ) {
      let length = Math.min(word.length - at, 8)
      while (length > 1 && !this.latin.has(word.slice(at, at + length))) length--
      const piece = word.slice(at, at + length)
      const letter = piece.toLowerCase()
      spelled += this.latin.get(piece) ?? this.letters[letter] ?? piece
      at += length
    }
    return spelled
  }

  private lists(lists: Readonly<Record<string, readonly unknown[]>>): ReadonlyMap<string, readonly WireValue[]> {
    return new Map(Object.entries(lists).map(([name, words]) => [name, words.map((word) => this.word(word))]))
  }

  private word(word: unknown): WireValue {
    if (typeof word !== 'string') return asWireValue(word)
    const [shown = '', latin] = word.split('|')
    if (latin !== undefined) this.latin.set(shown, latin)
    return shown
  }
}
