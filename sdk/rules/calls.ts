// Building blocks of the check: calls whose operands are all there.
import type { CallNode, RuleNode } from './nodes.ts'
import type { RawCall } from './parse.ts'
import type { RuleType } from './types.ts'

/** A call of the author's operator over these operands; undefined when one of them is missing. */
export function made(
  raw: RawCall,
  args: readonly RuleNode[] | undefined,
  type: RuleType,
  word = '',
): RuleNode | undefined {
  return args && callNode(raw.operator.name, args, type, word)
}

function callNode(name: string, args: readonly RuleNode[], type: RuleType, word: string): CallNode {
  return { kind: 'call', operator: name as CallNode['operator'], args, type, word }
}

export const complete = <T>(items: readonly (T | undefined)[]): T[] | undefined => {
  const present = items.filter((item) => item !== undefined)
  return present.length === items.length ? present : undefined
}

/** The text of the operand that is a name, a unit or a pattern; undefined: it is none, which is told already. */
export function wordOf(raw: RawCall): { text: string; path: string } | undefined {
  const found = raw.operator.word === undefined ? undefined : raw.args[raw.operator.word]
  return found?.kind === 'word' ? found : undefined
}
