// JSON of a guest, taken apart with care: bounded in length and depth, without the names that mean something to JavaScript.

const MOST_DEPTH = 32
const UNWANTED = new Set(['__proto__', 'constructor', 'prototype'])

/** @throws Error that says what is wrong with it, fit to be shown to the author */
export function parseGuestJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('It is not JSON.')
  }
  clean(value, 1)
  return value
}

function clean(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > MOST_DEPTH) throw new Error(`It is nested deeper than ${MOST_DEPTH} levels.`)
  if (Array.isArray(value)) {
    for (const item of value) clean(item, depth + 1)
    return
  }
  const members = value as Record<string, unknown>
  for (const name of Object.keys(members)) {
    if (UNWANTED.has(name)) delete members[name]
    else clean(members[name], depth + 1)
  }
}
