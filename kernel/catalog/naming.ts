// Texts for what an author left unsaid.
import type { Text } from '../../sdk/metadata/source.ts'

/** `sales_order` → `Sales order`. */
export function humanise(name: string): string {
  const words = name.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** English plural of a label; other languages keep the label until somebody says better. */
export function pluralOf(label: Text): Text {
  if (typeof label === 'string') return englishPlural(label)
  return Object.fromEntries(
    Object.entries(label).map(([language, text]) => [language, /^en(-|$)/.test(language) ? englishPlural(text) : text]),
  )
}

function englishPlural(text: string): string {
  if (/[^aeiou]y$/.test(text)) return `${text.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/.test(text) ? `${text}es` : `${text}s`
}
