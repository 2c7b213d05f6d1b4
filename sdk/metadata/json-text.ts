// Where a JSON text goes wrong. JSON.parse decides what is JSON; this finds the line for its answer, and the repeated
// members that JSON.parse lets pass silently.

export interface JsonFault {
  /** Counted from 0, in UTF-16 units. */
  offset: number
  message: string
}

const MAX_DEPTH = 200
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
/** Control characters are out, but for those above ASCII, which JSON allows. */
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const SPACE = /[ \t\n\r]*/y

/** @returns the first fault, or undefined */
export function findJsonFault(text: string): JsonFault | undefined {
  let at = 0
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const skip = () => void match(SPACE)
  const fault = (message: string, offset = at): JsonFault => ({
    offset,
    message: at >= text.length ? 'the text ends too early' : message,
  })

  const value = (depth: number): JsonFault | undefined => {
    if (depth > MAX_DEPTH) return fault(`nested deeper than ${MAX_DEPTH} levels`)
    skip()
    const char = text[at]
    if (char === '{') return members(depth)
    if (char === '[') return items(depth)
    if (char === '"')
      return match(STRING) ? undefined : fault('a text that is not closed, or holds a bad escape or a line break')
    for (const word of ['true', 'false', 'null']) {
      if (text.startsWith(word, at)) {
        at += word.length
        return undefined
      }
    }
    return match(NUMBER) ? undefined : fault('a value is expected here')
  }

  const members = (depth: number): JsonFault | undefined => {
    const names = new Set<string>()
    at++
    skip()
    if (text[at] === '}') return void at++
    for (;;) {
      skip()
      const start = at
      const name = match(STRING)
      if (!name)
        return fault(
          text[at] === '}' ? 'a comma too many before }' : 'the name of a member in double quotes is expected here',
        )
      if (names.has(name)) return fault(`the member ${name} stands here twice`, start)
      names.add(name)
      skip()
      if (text[at] !== ':') return fault('a colon is expected here')
      at++
      const inner = value(depth + 1)
      if (inner) return inner
      skip()
      if (text[at] === '}') return void at++
      if (text[at] !== ',') return fault('a comma or } is expected here')
      at++
    }
  }

  const items = (depth: number): JsonFault | undefined => {
    at++
    skip()
    if (text[at] === ']') return void at++
    for (;;) {
      skip()
      if (text[at] === ']') return fault('a comma too many before ]')
      const inner = value(depth + 1)
      if (inner) return inner
      skip()
      if (text[at] === ']') return void at++
      if (text[at] !== ',') return fault('a comma or ] is expected here')
      at++
    }
  }

  const found = value(0)
  if (found) return found
  skip()
  return at < text.length ? fault('nothing more is expected here') : undefined
}

/** Both count from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
