// The address of a page.
import { Type } from '@sinclair/typebox'
import { refuse, stored } from './parsed.ts'
import { readText, unfitForIndex } from './plain-text.ts'
import type { FieldType } from './types.ts'

const MAX_LENGTH = 2000
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
/** `example.org/path`, `example.org:8080`: what people type for a page. */
const BARE = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]|$)/u

export const url: FieldType = {
  name: 'url',
  properties: {},
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'url',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Type.String({ pattern: '^https?://', maxLength: MAX_LENGTH }),
  parse(value, field) {
    const read = readText(value, { max: MAX_LENGTH - 'https://'.length })
    if (!read.ok || read.text === '') return read.ok ? stored(null) : read
    const whole = BARE.test(read.text) ? `https://${read.text}` : read.text
    if (SCHEME.test(whole) && !/^https?:/i.test(whole))
      return refuse('wrong_scheme', 'must begin with https:// or http://')
    const text = tidy(whole)
    return text === undefined
      ? refuse('not_a_url', 'must be the address of a page, such as https://example.org')
      : (unfitForIndex(text, field) ?? stored(text))
  },
}

/** Scheme and host in lower case, the rest as it was written. Names and passwords inside an address are refused. */
function tidy(written: string): string | undefined {
  const [, scheme, host, rest] = /^(https?:\/\/)([^/?#\\\s@]+)([/?#][^\s\\<>"`{}|^]*)?$/i.exec(written) ?? []
  if (scheme === undefined || host === undefined) return undefined
  const text = `${scheme.toLowerCase()}${host.toLowerCase()}${rest ?? ''}`
  return URL.canParse(text) ? text : undefined
}
