// Addresses for organisations, made from their titles: `Ромашка GmbH` → `romashka-gmbh`. What cannot be spelled in Latin
// letters gets a short random name.
import { randomBytes } from 'node:crypto'
import { type Problem, RelataError } from '../../sdk/errors.ts'

const MAX_LENGTH = 40
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/

/** First parts of addresses that mean something else. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[
    'api',
    'assets',
    'setup',
    'password',
    'forgot',
    'invitation',
    'sign-in',
    'signin',
    'login',
    'logout',
    'sign-out',
    'tenants',
    'new',
  ],
  ...[
    'healthz',
    'readyz',
    'metrics',
    'docs',
    'static',
    'public',
    'admin',
    'account',
    'profile',
    'help',
    'www',
    'files',
  ],
  ...['gallery', 'fonts', 'icons', 'images', 'src', 'node-modules', 'favicon', 'robots', 'index'],
])

/** Cyrillic and Greek as passports spell them, and Latin letters that Unicode does not take apart. */
const SPELLING: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch',
    'ъ ie ы y ь - э e ю iu я ia є ie і i ї i ґ g ў u ј j љ lj њ nj ћ c ђ dj џ dz ѓ g ќ k ѕ dz қ q ғ g ү u ұ u һ h ө o ә a ң n',
    'α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o',
    'ß ss æ ae œ oe ø o đ d ł l þ th ð d ı i ħ h',
  ]
    .join(' ')
    .split(' ')
    .reduce<[string, string][]>((pairs, part, index, parts) => {
      if (index % 2 === 0) pairs.push([part, (parts[index + 1] ?? '').replace('-', '')])
      return pairs
    }, []),
)

/** @returns a slug that may be used; whether another organisation has it already is not asked here */
export function slugOf(title: string): string {
  const spelled = [...title.normalize('NFC').toLowerCase()]
    .map((letter) => SPELLING[letter] ?? SPELLING[letter.normalize('NFD')[0] ?? ''] ?? letter)
    .join('')
  const latin = spelled.normalize('NFKD').replace(/\p{M}/gu, '').replace(/['’`]/g, '')
  const slug = latin
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_LENGTH)
    .replace(/-+$/, '')
  // A digit or two of a title in another script say nothing.
  if (!/[a-z]/.test(slug)) return randomSlug()
  return RESERVED.has(slug) ? `${slug}-org` : slug
}

export const randomSlug = (): string => `tenant-${randomBytes(3).toString('hex')}`

/** `acme` → `acme-2`, when somebody has it. */
export function numbered(slug: string, number: number): string {
  const ending = `-${number}`
  return `${slug.slice(0, MAX_LENGTH - ending.length).replace(/-+$/, '')}${ending}`
}

/** @throws RL206 */
export function requireSlug(slug: string): void {
  const problem: Problem | undefined = !SLUG.test(slug)
    ? {
        path: '/slug',
        key: 'bad_slug',
        message: 'may have only small Latin letters, digits and - between them, at most 40',
      }
    : RESERVED.has(slug)
      ? { path: '/slug', key: 'reserved_name', message: 'is an address that the system itself uses' }
      : undefined
  if (problem)
    throw new RelataError('RL206', `“${slug}” cannot be the address of an organisation.`, { problems: [problem] })
}
