export interface Rate {
  currency: string
  rate: string
}

/** `{ "rates": { "USD": 0.92 } }`; what has another form is left out. */
export function ratesIn(answer: unknown): Rate[] {
  if (typeof answer !== 'object' || answer === null || !('rates' in answer)) return []
  return Object.entries(answer.rates ?? {}).flatMap(([currency, rate]: [string, unknown]) =>
    typeof rate === 'number' && rate > 0 ? [{ currency, rate: String(rate) }] : [],
  )
}
