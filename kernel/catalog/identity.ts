// Which item of a list a layer means. Fields and whatever else hangs on an entity are known by `package:name` at birth; everything else by a
// plain id within its list.
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { Identify, ListItem } from './merge.ts'
import { isRecord } from './trace.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Options, tabs, sections, items, columns, navigation: the id, else what the item is about. */
export const identifyPlain: Identify = (item, _layer, _known, index) => {
  const related = isRecord(item['related']) ? item['related'] : undefined
  const subject = related && `${String(related['entity'])}.${String(related['field'])}`
  return {
    id:
      text(item['id']) ??
      text(item['name']) ??
      text(item['value']) ??
      text(item['field']) ??
      subject ??
      `item_${index + 1}`,
  }
}

/**
 * Fields, uniques, validations and duplicate rules of an entity of `home`. An item that has the `marker` member is complete, hence new in its
 * package; one without it changes what a lower layer brought.
 */
export function identifyQualified(home: string, marker: 'type' | 'fields' | 'rule' | 'match'): Identify {
  return (item, layer, known) => {
    const key = text(item['id']) ?? text(item['name'])
    if (key === undefined) return { problem: 'needs a name', hint: 'Write "name", or "id" of the one to change.' }
    if (key.includes(':')) {
      if (known.has(key) || key.startsWith(`${layer}:`)) return { id: key }
      return unknownItem(key, layer, home, known)
    }
    const own = `${layer}:${key}`
    if (known.has(own) || Object.hasOwn(item, marker)) return { id: own }
    const inherited = [`${home}:${key}`, [...known.values()].find((one) => apiName(one, home) === key)?.id]
    const found = inherited.find((id) => id !== undefined && known.has(id))
    if (found !== undefined) return { id: found }
    // In the entity's own file what is missing is the marker, and the shape check says so.
    return layer === home ? { id: own } : unknownItem(key, layer, home, known)
  }
}

function unknownItem(key: string, layer: string, home: string, known: ReadonlyMap<string, ListItem>) {
  const names = [...known.values()].flatMap((one) => [one.id, apiName(one, home)])
  return {
    problem: `there is no “${key}” to change`,
    hint: didYouMean(nearest(key, names)) ?? `A new one in “${layer}” needs all its members.`,
  }
}

/** The name that the API knows an item by: with its package in front when that is not the entity's own. */
function apiName(item: ListItem, home: string): string {
  const name = item.layers.findLast(({ value }) => text(value['name']) !== undefined)?.value['name']
  return qualifiedFieldName(
    item.layers[0]?.package ?? home,
    home,
    text(name) ?? item.id.slice(item.id.indexOf(':') + 1),
  )
}

export function qualifiedFieldName(owner: string, home: string, name: string): string {
  return owner === home ? name : `${owner}_${name}`
}
