// Lower case as PostgreSQL's lower(… COLLATE "und-x-icu") makes it.

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
