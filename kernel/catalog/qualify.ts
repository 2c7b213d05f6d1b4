// `person` in a file of package base is `base.person`. Members that layers add up by name are qualified before they
// are merged, for afterwards nobody knows whose `person` it was.
import type { Kind } from '../../sdk/metadata/source.ts'
import { isRecord, type Trace } from './trace.ts'

export function qualify(name: string, owner: string): string {
  return name.includes('.') || name === '*' ? name : `${owner}.${name}`
}

export function qualifyMembers(kind: Kind, value: Record<string, unknown>, owner: string, trace: Trace): void {
  if (kind === 'roles') qualifyKeys(value, 'entities', owner, trace)
  if (kind !== 'relationships') return
  for (const end of [value['from'], value['to']]) {
    if (!isRecord(end) || !Array.isArray(end['entities'])) continue
    const place = trace.member(end, 'entities')
    end['entities'] = end['entities'].map((name: unknown) => (typeof name === 'string' ? qualify(name, owner) : name))
    trace.own(end, 'entities', place)
  }
}

function qualifyKeys(value: Record<string, unknown>, member: string, owner: string, trace: Trace): void {
  const before = value[member]
  if (!isRecord(before)) return
  const after = Object.fromEntries(Object.entries(before).map(([name, item]) => [qualify(name, owner), item]))
  trace.put(after, trace.member(value, member))
  for (const name of Object.keys(before)) trace.own(after, qualify(name, owner), trace.member(before, name))
  value[member] = after
}
