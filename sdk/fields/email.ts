// An e-mail address. The domain is brought to lower case; the part before it belongs to the host that receives it.
import { Type } from '@sinclair/typebox'
import { refuse, stored } from './parsed.ts'
import { readText } from './plain-text.ts'
import type { FieldType } from './types.ts'

/** RFC 5321, 4.5.3.1. */
const MAX_LENGTH = 254
const MAX_LOCAL = 64
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const LABEL = /^[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u

export const email: FieldType = {
  name: 'email',
  properties: {},
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'email',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Type.String({ format: 'email', maxLength: MAX_LENGTH }),
  parse(value) {
    const read = readText(value, { max: MAX_LENGTH })
    if (!read.ok || read.text === '') return read.ok ? stored(null) : read
    const at = read.text.lastIndexOf('@')
    const [local, domain] = [
      read.text.slice(0, at),
      read.text
        .slice(at + 1)
        .toLowerCase()
        .normalize('NFC'),
    ]
    if (at < 1 || local.length > MAX_LOCAL || !LOCAL.test(local) || !isDomain(domain))
      return refuse('not_an_email', 'must be an e-mail address such as ada@example.org')
    return stored(`${local}@${domain}`)
  },
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.')
  const last = labels.at(-1) ?? ''
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && last.length > 1 && !/^\d+$/.test(last)
}
