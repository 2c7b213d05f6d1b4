// The ranges that `requires` understands: `1.2.3`, `^1.2.3`, `~1.2.3`, `>=1.2.3`, `<2.0.0`, `*`, several with spaces
// between them (all must hold). Shorter versions are filled with zeros.

type Version = readonly [number, number, number]

/** @returns undefined when the range cannot be read */
export function satisfies(version: string, range: string): boolean | undefined {
  const actual = parse(version)
  const parts = range.trim().split(/\s+/)
  if (!actual || parts.length === 0 || parts.length > 8) return undefined
  const answers = parts.map((part) => satisfiesOne(actual, part))
  return answers.includes(undefined) ? undefined : !answers.includes(false)
}

function satisfiesOne(actual: Version, part: string): boolean | undefined {
  if (part === '*') return true
  const match = /^(\^|~|>=|<=|>|<|=)?(\d+(?:\.\d+){0,2})$/.exec(part)
  const wanted = match && parse(match[2] ?? '')
  if (!wanted) return undefined
  const order = compare(actual, wanted)
  switch (match[1]) {
    case '^':
      return order >= 0 && compare(actual, nextBreaking(wanted)) < 0
    case '~':
      return order >= 0 && actual[0] === wanted[0] && actual[1] === wanted[1]
    case '>=':
      return order >= 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '<':
      return order < 0
    default:
      return order === 0
  }
}

/** Before 1.0 the second number breaks, before 0.1 the third. */
function nextBreaking([major, minor, patch]: Version): Version {
  if (major > 0) return [major + 1, 0, 0]
  if (minor > 0) return [0, minor + 1, 0]
  return [0, 0, patch + 1]
}

function parse(text: string): Version | undefined {
  if (!/^\d{1,9}(\.\d{1,9}){0,2}$/.test(text)) return undefined
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
  return [major, minor, patch]
}

/** Below 0: `a` is the earlier one. Of versions that can be read. */
export function compareVersions(a: string, b: string): number {
  return compare(parse(a) ?? [0, 0, 0], parse(b) ?? [0, 0, 0])
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
