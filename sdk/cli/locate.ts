// Line of a JSON text at which the value stands that a JSON pointer (RFC 6901) names. The text is valid JSON.
import { lineAndColumn } from '../metadata/json-text.ts'
import { pointerSegments } from '../metadata/pointer.ts'

/** Counted from 1. When the value is missing: where the innermost part of the way that is there begins. */
export function lineOf(text: string, pointer: string): number {
  let at = skipSpace(text, 0)
  let found = at
  for (const segment of pointerSegments(pointer)) {
    const place = text[at] === '{' ? member(text, at, segment) : text[at] === '[' ? item(text, at, segment) : undefined
    if (!place) break
    found = place.start
    at = place.value
  }
  return lineAndColumn(text, found).line
}

/** `start` is where a reader looks: the member's name, or the value itself in a list. */
interface Place {
  start: number
  value: number
}

function member(text: string, open: number, name: string): Place | undefined {
  let at = skipSpace(text, open + 1)
  while (text[at] === '"') {
    const start = at
    const end = skipValue(text, at)
    const value = skipSpace(text, skipSpace(text, end) + 1)
    if (JSON.parse(text.slice(start, end)) === name) return { start, value }
    at = afterComma(text, skipValue(text, value))
  }
  return undefined
}

function item(text: string, open: number, index: string): Place | undefined {
  let at = skipSpace(text, open + 1)
  for (let left = Number(index); text[at] !== ']' && at < text.length; left--) {
    if (left === 0) return { start: at, value: at }
    at = afterComma(text, skipValue(text, at))
  }
  return undefined
}

function afterComma(text: string, end: number): number {
  const at = skipSpace(text, end)
  return text[at] === ',' ? skipSpace(text, at + 1) : at
}

function skipSpace(text: string, at: number): number {
  let end = at
  while (end < text.length && ' \t\n\r'.includes(text[end] ?? '')) end++
  return end
}

function skipValue(text: string, at: number): number {
  let depth = 0
  for (let end = at; end < text.length; end++) {
    const char = text[end] ?? ''
    if (char === '"') end = closingQuote(text, end)
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    else if (depth > 0) continue
    else if (',: \t\n\r'.includes(char)) return end
    else continue
    if (depth === 0) return end + 1
    // A bracket of what is around: the value was a number or a word.
    if (depth < 0) return end
  }
  return text.length
}

function closingQuote(text: string, open: number): number {
  let end = open + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end
}
