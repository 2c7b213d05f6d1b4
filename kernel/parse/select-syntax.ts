// The `select` parameter: `name,employer(display_name),people:base.person.employer(name)`. Text in, tree out; whether
// the names exist is decided by plan/.
import { RelataError } from '../../sdk/errors.ts'

export interface SelectItem {
  /** Field name, or for a list of children the reference that leads here: `base.person.employer`. */
  name: string
  /** Key in the answer, when given as `alias:`; only lists of children have one. */
  alias?: string
  children?: readonly SelectItem[]
}

const MAX_ITEMS = 300
const MAX_DEPTH = 4
const TOKEN = /[a-z0-9_.]+|[(),:]/gy

/** @throws RL104 with the position of the fault */
export function parseSelect(text: string): SelectItem[] {
  const tokens = tokenize(text)
  let at = 0
  let count = 0

  const fail = (what: string): never => {
    const token = tokens[at]
    const where = token ? `near “${token.text}” at character ${token.offset + 1}` : 'at the end'
    throw new RelataError('RL104', `The parameter “select” ${what} ${where}.`, {
      problems: [{ path: 'select', key: 'bad_select', message: `${what} ${where}` }],
      hint: 'Write field names with commas, and fields of a reference in parentheses: name,employer(display_name).',
    })
  }
  const isNext = (text: string) => tokens[at]?.text === text
  const word = (): string => {
    const token = tokens[at]
    if (!token || /[(),:]/.test(token.text)) return fail('needs a name')
    at++
    return token.text
  }
  const list = (depth: number): SelectItem[] => {
    if (depth > MAX_DEPTH) fail('goes too deep')
    const items = [item(depth)]
    while (isNext(',')) {
      at++
      items.push(item(depth))
    }
    return items
  }
  const item = (depth: number): SelectItem => {
    if (++count > MAX_ITEMS) fail('names too many fields')
    const first = word()
    const result: SelectItem = { name: first }
    if (isNext(':')) {
      at++
      result.alias = first
      result.name = word()
    }
    if (isNext('(')) {
      at++
      result.children = list(depth + 1)
      if (!isNext(')')) fail('needs “)”')
      at++
    }
    return result
  }

  const items = list(1)
  if (at < tokens.length) fail('has something unexpected')
  return items
}

function tokenize(text: string): { text: string; offset: number }[] {
  const tokens: { text: string; offset: number }[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const offset = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) {
      throw new RelataError('RL104', `The parameter “select” has an unexpected character at ${offset + 1}.`, {
        problems: [
          { path: 'select', key: 'bad_select', message: `unexpected “${text[offset]}” at character ${offset + 1}` },
        ],
      })
    }
    tokens.push({ text: match[0], offset })
  }
  return tokens
}
