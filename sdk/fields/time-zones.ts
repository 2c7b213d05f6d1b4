// IANA time zones, as far as the platform knows them.

const MAX_KNOWN = 1000
/** The areas of the IANA database; platforms know a few names beside them that PostgreSQL does not. */
const NAME =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)(\/[A-Za-z0-9_+-]+)+$/i
const known = new Map<string, string | undefined>()

/** The usual spelling of a zone's name; undefined when there is no such zone. Offsets and abbreviations are no zones. */
export function readTimeZone(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 60) return undefined
  const name = value.trim()
  if (known.has(name)) return known.get(name)
  const found = lookUp(name)
  if (known.size < MAX_KNOWN) known.set(name, found)
  return found
}

function lookUp(name: string): string | undefined {
  if (/^utc$/i.test(name)) return 'UTC'
  if (!NAME.test(name)) return undefined
  try {
    const usual = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
    // Platforms differ in which of two names of a place they prefer; only the spelling is taken from them.
    return usual.toLowerCase() === name.toLowerCase() ? usual : name
  } catch {
    return undefined
  }
}
