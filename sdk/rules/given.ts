// Which operands come from outside the record: who asks, and when.
import type { RuleNode } from './nodes.ts'

/**
 * Where nobody asks, `me` is nobody, not the empty owner of a record: what is given equals nothing when it is missing.
 * Hence `==` with it is a plain comparison, which an index serves.
 */
export const isGiven = (node: RuleNode): boolean =>
  node.kind === 'environment' ||
  (node.kind === 'call' && node.operator === 'to_date' && node.args[0]?.kind === 'environment')
