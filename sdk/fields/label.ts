// The language of a text that stands in metadata.
import type { Text } from '../metadata/source.ts'

/** The text in this language, a relative of it (`pt-BR` → `pt`), English, or whatever there is. */
export function textFor(text: Text, locale: string): string {
  if (typeof text === 'string') return text
  for (let tag = locale; tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) {
    const found = text[tag]
    if (found !== undefined) return found
  }
  return text['en'] ?? Object.values(text)[0] ?? ''
}
