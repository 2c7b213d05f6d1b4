// From what a person calls a thing to the name it has in the API.

/** Letters that taking off accents does not turn into Latin ones. */
const LETTERS: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  ґ: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  є: 'ye',
  ж: 'zh',
  з: 'z',
  и: 'i',
  і: 'i',
  ї: 'yi',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
  α: 'a',
  β: 'v',
  γ: 'g',
  δ: 'd',
  ε: 'e',
  ζ: 'z',
  η: 'i',
  θ: 'th',
  ι: 'i',
  κ: 'k',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ξ: 'x',
  ο: 'o',
  π: 'p',
  ρ: 'r',
  σ: 's',
  ς: 's',
  τ: 't',
  υ: 'y',
  φ: 'f',
  χ: 'ch',
  ψ: 'ps',
  ω: 'o',
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}
const MAX_LENGTH = 40
/** Words that the API or the rule language use themselves. */
const RESERVED: ReadonlySet<string> = new Set([
  'id',
  'version',
  'display_name',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'deleted_at',
  'owner',
  'owner_team',
  'children',
  'entity',
  'record',
  'constructor',
])

/** `Größe (m²)` → `grosse_m2`; '' when nothing is left that a name may have. */
export function nameOf(label: string): string {
  const latin = [...label.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')]
    .map((letter) => LETTERS[letter] ?? letter)
    .join('')
  const name = latin
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, MAX_LENGTH)
  return name.replace(/_+$/, '')
}

/** Made different from those taken, and from words of the system. @param fallback when nothing of the label can be used */
export function freeName(label: string, fallback: string, taken: ReadonlySet<string>): string {
  const stem = nameOf(label) || fallback
  const isFree = (name: string): boolean => !taken.has(name) && !RESERVED.has(name)
  if (isFree(stem)) return stem
  for (let number = 2; ; number++) {
    const suffix = `_${number}`
    const name = `${stem.slice(0, MAX_LENGTH - suffix.length)}${suffix}`
    if (isFree(name)) return name
  }
}

/** A first guess for English labels; people mend it. */
export function pluralOf(label: string): string {
  if (label === '' || !/[a-z]$/i.test(label)) return label
  if (/(s|x|z|ch|sh)$/i.test(label)) return `${label}es`
  if (/[^aeiou]y$/i.test(label)) return `${label.slice(0, -1)}ies`
  return `${label}s`
}
