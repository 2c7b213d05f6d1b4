// What an expression can see while one row is made, and how it looks into it.
import type { WireValue } from '../../sdk/wire/records.ts'
import type { Random } from './random.ts'
import type { Country } from './recipe.ts'
import type { Words } from './words.ts'
import type { World } from './world.ts'

export type Values = Record<string, WireValue>

/** A row that was made, with what later rows may ask about it. */
export interface Made {
  id: string
  /** When it came to be, in ms since 1970; the id says the same. */
  atMs: number
  entity: string
  country: Country
  /** The row as written, and the `let` values beside it. */
  row: Values
  lets: Values
}

export interface Scene {
  world: World
  words: Words
  random: Random
  country: Country
  row: Values
  lets: Values
  parent: Made | undefined
  /** Counts from 0 over all rows of the recipe. */
  index: number
  /** Counts from 1 among the rows of one parent. */
  position: number
}

export type Make = (scene: Scene) => WireValue

/**
 * `name.given`; a path goes on through references to rows made before: `cage.address.city`.
 * `parent`, `position` and `index` are always there. null when there is nothing.
 */
export function lookUp(scene: Scene, path: readonly string[]): WireValue {
  let value: WireValue = null
  let from = 0
  for (const step of path) {
    value = from++ === 0 ? first(scene, step) : member(scene.world, value, step)
    if (value === null) return null
  }
  return value
}

function first(scene: Scene, name: string): WireValue {
  if (Object.hasOwn(scene.lets, name)) return scene.lets[name] ?? null
  if (Object.hasOwn(scene.row, name)) return scene.row[name] ?? null
  if (name === 'parent') return scene.parent?.id ?? null
  if (name === 'position') return scene.position
  if (name === 'index') return scene.index
  return null
}

function member(world: World, value: WireValue, name: string): WireValue {
  if (isObject(value)) {
    if (Object.hasOwn(value, name)) return value[name] ?? null
    const { id } = value
    return typeof id === 'string' ? member(world, id, name) : null
  }
  if (typeof value !== 'string') return null
  const made = world.find(value)
  if (!made) return null
  return name === 'id' ? made.id : name === 'entity' ? made.entity : (made.lets[name] ?? made.row[name] ?? null)
}

export function isObject(value: WireValue): value is { readonly [key: string]: WireValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON that was read from a file is a wire value; anything else is not. */
export function asWireValue(value: unknown): WireValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (Array.isArray(value)) return value.map(asWireValue)
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asWireValue(item)]))
  throw new TypeError(`not a JSON value: ${typeof value}`)
}

/** Text of a value as templates show it; nothing for null. */
export function asText(value: WireValue): string {
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}
