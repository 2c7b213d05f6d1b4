// Lower and upper case as PostgreSQL's lower and upper(… COLLATE "und-x-icu") make it.

/**
 * Capitals that Unicode gained after version 10 (2017), the one that the embedded PostgreSQL knows: Georgian capitals,
 * Vithkuqi, Garay, Medefaidrin and late Latin ones. It takes them for signs without case, hence so do rules.
 */
const YOUNG = /[\u1c89-\u1cbf\u2c2f\ua7b8-\ua7f5\u{10570}-\u{10595}\u{10d50}-\u{10d65}\u{16e40}-\u{16eb8}]/u
const YOUNG_RUNS = new RegExp(`(${YOUNG.source}+)`, 'u')

/** Full mapping without a language, so that ΑΣ becomes ας. */
export function folded(text: string): string {
  if (!YOUNG.test(text)) return text.toLowerCase()
  const parts = text.split(YOUNG_RUNS)
  return parts.map((part, index) => (index % 2 === 1 ? part : part.toLowerCase())).join('')
}

/** Letters that are older than their capitals, and young ones. */
const YOUNG_SMALL =
  /[\u019b\u0264\u0282\u10d0-\u10fa\u10fd-\u10ff\u1c8a\u1d8e\u2c5f\ua794\ua7b9\ua7bb\ua7bd\ua7bf\ua7c1\ua7c3\ua7c8\ua7ca\ua7cd\ua7cf\ua7d1\ua7d3\ua7d5\ua7d7\ua7d9\ua7db\ua7f6\u{10597}-\u{105bc}\u{10d70}-\u{10d85}\u{16e60}-\u{16e7f}\u{16ebb}-\u{16ed3}]/u
const YOUNG_SMALL_RUNS = new RegExp(`(${YOUNG_SMALL.source}+)`, 'u')

/** Full mapping without a language, so that straße becomes STRASSE. */
export function raised(text: string): string {
  if (!YOUNG_SMALL.test(text)) return text.toUpperCase()
  const parts = text.split(YOUNG_SMALL_RUNS)
  return parts.map((part, index) => (index % 2 === 1 ? part : part.toUpperCase())).join('')
}
