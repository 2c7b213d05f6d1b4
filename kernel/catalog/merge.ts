// Layers of one thing become one object. Each property belongs to the highest layer that sets it; lists are merged item
// by item, so that a layer can add, change, move or remove one item without repeating the others.
import { isDeepStrictEqual } from 'node:util'
import type { Problems } from './problems.ts'
import { isRecord, type Trace } from './trace.ts'

export interface Layer {
  package: string
  value: Record<string, unknown>
}

/** How a member is merged; a member without a rule is replaced. */
export type MergeRule =
  | { how: 'list'; identify: Identify; members: MergeRules; keepsRemoved?: boolean }
  /** A list of plain values: each is kept once. */
  | { how: 'union' }
  /** One text, or one per language: languages add up. */
  | { how: 'text' }
  | { how: 'record'; each?: MergeRules; members?: MergeRules }
export type MergeRules = Readonly<Record<string, MergeRule>>

export interface ListItem {
  id: string
  layers: Layer[]
}
/** Which item of the layers below is meant; `problem` when it is none and cannot be a new one. */
export type Identify = (
  item: Record<string, unknown>,
  layer: string,
  known: ReadonlyMap<string, ListItem>,
  index: number,
) => { id: string } | { problem: string; hint?: string | undefined; isWarning?: boolean }

export interface MergeContext {
  trace: Trace
  problems: Problems
  /** Does one of the two stand on the other? Then the upper one may overrule the lower without being asked. */
  areRelated(a: string, b: string): boolean
}

const NOT_MERGED: ReadonlySet<string> = new Set(['$schema', 'extends'])
/** Saying these again is no disagreement. */
const NEVER_CONFLICTING: ReadonlySet<string> = new Set(['id', 'removed', 'before', 'after'])
/** The language of texts that are written without one. */
export const DEFAULT_LANGUAGE = 'en'

/** More than any table of PostgreSQL has columns. */
const MAX_ITEMS = 1600

export function mergeLayers(
  layers: readonly Layer[],
  rules: MergeRules,
  context: MergeContext,
): Record<string, unknown> {
  const { trace } = context
  const names = [...new Set(layers.flatMap((layer) => Object.keys(layer.value)))].filter(
    (name) => !NOT_MERGED.has(name),
  )
  const setters = (name: string): Layer[] => layers.filter((layer) => Object.hasOwn(layer.value, name))
  const merged = Object.fromEntries(
    names.map((name) => [
      name,
      mergeMember(name, setters(name), Object.hasOwn(rules, name) ? rules[name] : undefined, context),
    ]),
  )
  const first = layers[0]
  const place = first && trace.place(first.value)
  if (place) trace.put(merged, place)
  for (const name of names) {
    const last = setters(name).at(-1)
    if (last) trace.own(merged, name, trace.member(last.value, name))
  }
  return merged
}

function mergeMember(
  name: string,
  layers: readonly Layer[],
  rule: MergeRule | undefined,
  context: MergeContext,
): unknown {
  if (rule?.how === 'list') return mergeLists(name, layers, rule, context)
  if (rule?.how === 'record' && layers.every((layer) => isRecord(layer.value[name]))) {
    const parts = layers.flatMap(({ package: owner, value }) => {
      const part = value[name]
      return isRecord(part) ? [{ package: owner, value: part }] : []
    })
    const each = rule.each
    const members = each
      ? Object.fromEntries(
          parts
            .flatMap((part) => Object.keys(part.value))
            .map((key) => [key, { how: 'record', members: each } as const]),
        )
      : (rule.members ?? {})
    return mergeLayers(parts, members, context)
  }
  return layers.slice(1).reduce<{ value: unknown; by: string }>(
    (below, layer) => {
      const value = combine(below.value, layer.value[name], rule)
      if (rule?.how !== 'union') warnOfConflict(name, below, layer, context)
      return { value, by: layer.package }
    },
    { value: layers[0]?.value[name], by: layers[0]?.package ?? '' },
  ).value
}

function combine(below: unknown, above: unknown, rule: MergeRule | undefined): unknown {
  if (rule?.how === 'union' && Array.isArray(below) && Array.isArray(above))
    return [...new Set<unknown>([...below, ...above])]
  if (rule?.how === 'text' && isRecord(above)) {
    return { ...(typeof below === 'string' ? { [DEFAULT_LANGUAGE]: below } : isRecord(below) ? below : {}), ...above }
  }
  return above
}

/** Two packages that do not know each other cannot both be right. */
function warnOfConflict(
  name: string,
  below: { value: unknown; by: string },
  layer: Layer,
  context: MergeContext,
): void {
  const value = layer.value[name]
  if (below.by === layer.package || NEVER_CONFLICTING.has(name) || context.areRelated(below.by, layer.package)) return
  if (isDeepStrictEqual(below.value, value)) return
  const isTranslation =
    isRecord(value) &&
    isRecord(below.value) &&
    !Object.keys(value).some((key) => Object.hasOwn(Object(below.value), key))
  if (isTranslation) return
  context.problems.warn(
    context.trace.member(layer.value, name),
    'conflict',
    `“${below.by}” and “${layer.package}” set “${name}” differently; “${layer.package}” is used`,
    { params: { below: below.by, above: layer.package, member: name }, hint: 'Set it in your own package to decide.' },
  )
}

function mergeLists(
  name: string,
  layers: readonly Layer[],
  rule: Extract<MergeRule, { how: 'list' }>,
  context: MergeContext,
): unknown[] {
  const { trace, problems } = context
  const items = new Map<string, ListItem>()
  for (const layer of layers) {
    const list = layer.value[name]
    if (!Array.isArray(list)) continue
    const seen = new Set<string>()
    if (list.length > MAX_ITEMS)
      problems.error(trace.member(layer.value, name), 'too_many', `has more than ${MAX_ITEMS} items`)
    for (const [index, item] of list.slice(0, MAX_ITEMS).entries()) {
      if (!isRecord(item)) {
        problems.error(trace.locate(list, `/${index}`), 'shape', 'must be an object')
        continue
      }
      const found = rule.identify(item, layer.package, items, index)
      const place = trace.locate(item)
      if ('problem' in found) {
        if (item['removed'] === true || found.isWarning)
          problems.warn(place, 'unknown_item', found.problem, { hint: found.hint })
        else problems.error(place, 'unknown_item', found.problem, { hint: found.hint })
        continue
      }
      if (seen.has(found.id)) {
        problems.error(place, 'duplicate_name', `“${found.id}” stands here twice`)
        continue
      }
      seen.add(found.id)
      const known = items.get(found.id)
      if (known) known.layers.push({ package: layer.package, value: item })
      else if (item['removed'] === true) problems.warn(place, 'unknown_item', `there is no “${found.id}” to remove`)
      else items.set(found.id, { id: found.id, layers: [{ package: layer.package, value: item }] })
    }
  }
  const merged = arrange([...items.values()], context).flatMap((item) => {
    const value = mergeLayers(item.layers, rule.members, context)
    value['id'] = item.id
    return value['removed'] === true && !rule.keepsRemoved ? [] : [value]
  })
  const first = layers[0]
  if (first) trace.put(merged, trace.member(first.value, name))
  return merged
}

/** Items in the order of their layers, except those that stand before or after another; removed ones still hold places. */
function arrange(items: readonly ListItem[], context: MergeContext): ListItem[] {
  const anchors = new Map(items.map((item) => [item, anchorOf(item, items, context)]))
  const beside = { before: new Map<ListItem, ListItem[]>(), after: new Map<ListItem, ListItem[]>() }
  for (const [item, anchor] of anchors) {
    if (anchor) beside[anchor.side].set(anchor.target, [...(beside[anchor.side].get(anchor.target) ?? []), item])
  }
  const begun = new Set<ListItem>()
  const ordered: ListItem[] = []
  const visit = (item: ListItem): void => {
    if (begun.has(item)) return
    begun.add(item)
    for (const one of beside.before.get(item) ?? []) visit(one)
    ordered.push(item)
    for (const one of beside.after.get(item) ?? []) visit(one)
  }
  for (const item of items) if (!anchors.get(item)) visit(item)
  for (const item of items) {
    if (begun.has(item)) continue
    const place = context.trace.locate(item.layers.at(-1)?.value ?? {})
    context.problems.warn(place, 'anchor_cycle', `“${item.id}” and its neighbour stand beside each other in a circle`)
    visit(item)
  }
  return ordered
}

function anchorOf(
  item: ListItem,
  items: readonly ListItem[],
  context: MergeContext,
): { target: ListItem; side: 'before' | 'after' } | undefined {
  const layer = item.layers.findLast(
    ({ value }) => typeof value['before'] === 'string' || typeof value['after'] === 'string',
  )
  if (!layer) return undefined
  const side = typeof layer.value['before'] === 'string' ? 'before' : 'after'
  const wanted = layer.value[side]
  const isWanted = (id: string): boolean => id === wanted || id.endsWith(`:${String(wanted)}`)
  const target = items.find((one) => one.id === wanted) ?? items.find((one) => one !== item && isWanted(one.id))
  if (target && target !== item) return { target, side }
  context.problems.warn(
    context.trace.member(layer.value, side),
    'unknown_anchor',
    `there is no “${String(wanted)}” to stand ${side}`,
  )
  return undefined
}
