// What a plugin asks for, in words that an administrator decides by. English; pages have words of their own.
import type { Ask } from './asks.ts'

const RECORDS: Readonly<Record<'read' | 'create' | 'update', string>> = {
  read: 'read',
  create: 'set in new records',
  update: 'change',
}
const ACCESS: Readonly<Record<'user' | 'signed' | 'open', string>> = {
  user: 'by people who are signed in',
  signed: 'by other systems that sign their calls',
  open: 'by anybody who knows the address',
}
const OPERATIONS: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  restore: 'restored',
}

export function askText(ask: Ask): string {
  switch (ask.kind) {
    case 'read':
    case 'create':
    case 'update':
      return ask.field === null
        ? `${RECORDS[ask.kind]} every field of ${ask.entity}`
        : `${RECORDS[ask.kind]} ${ask.field} of ${ask.entity}`
    case 'delete':
      return `delete records of ${ask.entity}`
    case 'http':
      return `call ${ask.host}`
    case 'secret':
      return `send the secret ${ask.secret} to ${ask.host}`
    case 'mail':
      return 'send mail'
    case 'background':
      return 'act with its own rights after changes, whoever made them'
    case 'before':
      return `check and change ${ask.entity} while it is ${OPERATIONS[ask.operation] ?? ask.operation}, or refuse it`
    case 'after':
      return `be told when ${ask.entity} was ${OPERATIONS[ask.operation] ?? ask.operation}`
    case 'schedule':
      return `run “${ask.job}” by the schedule ${ask.schedule} (${ask.timeZone})`
    case 'route':
      return `be called at ${ask.method} ${ask.path} ${ACCESS[ask.access]}`
  }
}

/** Fields of one entity in one line: fifty lines are not read. */
export function askLines(asks: readonly Ask[]): string[] {
  const lines = new Map<string, string[]>()
  for (const ask of asks) {
    const isField = ask.kind === 'read' || ask.kind === 'create' || ask.kind === 'update'
    const isHook = ask.kind === 'before' || ask.kind === 'after'
    const group =
      isField && ask.field !== null ? `${ask.kind}:${ask.entity}` : isHook ? `${ask.kind}:${ask.entity}` : ask.key
    const word =
      isField && ask.field !== null ? ask.field : isHook ? (OPERATIONS[ask.operation] ?? ask.operation) : askText(ask)
    lines.set(group, [...(lines.get(group) ?? []), word])
  }
  return [...lines].map(([group, words]) => {
    const ask = asks.find(
      (one) => one.key === group || one.key.startsWith(`${group}.`) || one.key.startsWith(`${group}:`),
    )
    if (!ask || words.length === 1) return ask ? askText(ask) : words.join(', ')
    const either = ask.kind === 'before' || ask.kind === 'after' ? 'or' : 'and'
    const list = `${words.slice(0, -1).join(', ')} ${either} ${words.at(-1)}`
    if (ask.kind === 'before') return `check and change ${ask.entity} while it is ${list}, or refuse it`
    if (ask.kind === 'after') return `be told when ${ask.entity} was ${list}`
    return ask.kind === 'read' || ask.kind === 'create' || ask.kind === 'update'
      ? `${RECORDS[ask.kind]} ${list} of ${ask.entity}`
      : list
  })
}
