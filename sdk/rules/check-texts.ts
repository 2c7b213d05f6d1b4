// Operators on texts.
import { complete, made, wordOf } from './calls.ts'
import type { Checker } from './checker.ts'
import type { RuleNode } from './nodes.ts'
import type { RawCall, RawNode } from './parse.ts'
import { sqlPattern } from './patterns.ts'
import { BOOLEAN, NUMBER, TEXT } from './rule-types.ts'

export function checkTextCall(checker: Checker, raw: RawCall): { node: RuleNode | undefined } | undefined {
  switch (raw.operator.name) {
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return { node: made(raw, texts(checker, raw.args), BOOLEAN) }
    case 'cat':
    case 'join':
    case 'lower':
    case 'upper':
    case 'trim':
      return { node: made(raw, texts(checker, raw.args), TEXT) }
    case 'length':
      return { node: made(raw, texts(checker, raw.args), NUMBER) }
    case 'matches':
      return { node: matches(checker, raw) }
    default:
      return undefined
  }
}

function texts(checker: Checker, args: readonly RawNode[]): RuleNode[] | undefined {
  return complete(
    args.map((arg) => {
      const node = checker.node(arg, arg.kind === 'constant' ? undefined : TEXT)
      return node && checker.convert(node, TEXT, arg.path)
    }),
  )
}

function matches(checker: Checker, raw: RawCall): RuleNode | undefined {
  const args = texts(checker, raw.args.slice(0, 1))
  const word = wordOf(raw)
  if (!word) return undefined
  const pattern = sqlPattern(word.text)
  if ('fault' in pattern) return checker.problem(word.path, 'bad_pattern', `the pattern ${pattern.fault}`)
  return made(raw, args, BOOLEAN, word.text)
}
