// Language and time zone of a person, checked by what the platform knows.

/** IANA names only: an offset such as +01:00 knows nothing of summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const known = new Map<string, boolean>()

/** A zone that dates can be computed in; UTC for none, and for one that a record holds by mistake. */
export function safeTimeZone(name: string | null): string {
  if (name === null || name === '') return 'UTC'
  const isKnown = known.get(name) ?? isTimeZone(name)
  if (known.size < 1_000) known.set(name, isKnown)
  return isKnown ? name : 'UTC'
}

/** @returns the canonical form of a language tag (BCP 47); null: not one */
export function canonicalLocale(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null
  } catch {
    return null
  }
}
