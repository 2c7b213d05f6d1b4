// Columns → the `select` parameter, and a record's value for a column. References come with the name of what they lead to.
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { meta } from '../app/meta.ts'

/** @param paths columns; the display name and the version are always asked for */
export function selectOf(entity: ClientEntity, paths: readonly string[]): string {
  const tree = new Map<string, Set<string>>()
  for (const path of ['display_name', ...paths]) {
    const [first = '', ...rest] = path.split('.')
    const children = tree.get(first) ?? new Set<string>()
    if (rest.length > 0) children.add(rest.join('.'))
    tree.set(first, children)
  }
  return [...tree].flatMap(([name, children]) => selectField(entity, name, [...children])).join(',')
}

function selectField(entity: ClientEntity, name: string, children: readonly string[]): string[] {
  const field = meta.field(entity.name, name)
  if (!field) return []
  const { link, to } = field.options
  if (link) return [`${name}:${link.entity}.${link.source}(${link.target}(display_name))`]
  const target = to?.length === 1 ? meta.entity(to[0] ?? '') : undefined
  // What this person may not read stays an id.
  if (!meta.bringsName(field)) return [name]
  if (!target) return [`${name}(display_name)`]
  return [`${name}(${selectOf(target, children)})`]
}

/** The value at a path through nested references; undefined where there is none. */
export function valueAt(record: WireRecord, path: string): WireValue | undefined {
  let value: WireValue | undefined = record
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.entries(value).find(([name]) => name === step)?.[1]
  }
  return value
}
