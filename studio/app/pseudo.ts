// The pseudo language: accented, in brackets and longer by a third, so that a text that did not come from the catalogue,
// or has no room to grow, shows at once.
const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ACCENTED = [...'áƀçđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÁƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ']
const GROWTH = 0.35

/** `Save` → `[Šáṽé ·]`; what stands in {{ }} is left alone. */
export function pseudo(source: string): string {
  if (source === '') return ''
  const accented = source.replace(/\{\{[^}]*\}\}|[A-Za-z]/g, (part) => ACCENTED[PLAIN.indexOf(part)] ?? part)
  return `[${accented} ${'·'.repeat(Math.max(1, Math.round(source.length * GROWTH)))}]`
}

export function pseudoCatalogue(catalogue: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(catalogue).map(([key, source]) => [key, pseudo(source)]))
}
