// Runs the recipes of a demo: batch after batch of wire rows, in an order in which references always lead back to rows
// that came before. The same seed and the same `now` give the same rows. load.ts brings them into the database.
import { RelataError } from '../../sdk/errors.ts'
import { Compiler } from './expressions.ts'
import { compileMoment, DAY_MS, HOUR_MS, instantText } from './moments.ts'
import { Random } from './random.ts'
import type { Country, Demo, Recipe } from './recipe.ts'
import { asText, type Made, type Make, type Scene, type Values } from './scene.ts'
import { Words } from './words.ts'
import { World } from './world.ts'

export interface DemoOptions {
  seed: number
  /** The day that the demo is about, in ms since 1970; activities lie before and shortly after it. */
  nowMs: number
  /** Rows that the tenant has already, such as its first user: entity → ids, for references. */
  existing?: Readonly<Record<string, readonly string[]>>
}

export interface DemoCreations {
  op: 'create'
  entity: string
  /** Wire values, the id among them. */
  rows: Values[]
  /** Part of the recipes that are done when this is, 0–1. */
  part: number
}

/** They come after all rows of their recipe were created. */
export interface DemoChanges {
  op: 'update'
  entity: string
  rows: DemoChange[]
  part: number
}

export type DemoBatch = DemoCreations | DemoChanges

/** A later change of one row; the changes of a row come in the order of their times. */
export interface DemoChange {
  id: string
  /** RFC 3339, in UTC; between the making of the row and `now`. */
  at: string
  /** Id of the user who changes it; null: nobody in particular. */
  by: string | null
  values: Values
}

const BATCH_ROWS = 5000
/** How long ago what lies ahead was written down, at most. */
const LATELY_MS = 14 * DAY_MS
/** Tries to make a row that differs in its unique fields. */
const MAX_TRIES = 12

export function* demoRecords(demo: Demo, options: DemoOptions): Generator<DemoBatch> {
  const world = new World(options.nowMs)
  const words = new Words(demo)
  const compiler = new Compiler(demo.macros)
  const [home] = demo.countries
  if (!home) throw new RelataError('RL500', 'A demo needs at least one country.')
  for (const [entity, ids] of Object.entries(options.existing ?? {})) {
    for (const id of ids) world.add({ id, atMs: options.nowMs, entity, country: home, row: {}, lets: {} })
  }
  for (const [at, recipe] of demo.recipes.entries()) {
    // Each recipe has its own numbers, so that a change in one leaves the others as they were.
    const random = new Random(options.seed * 1009 + at)
    const cook = new Cook(demo, recipe, compiler, { world, words, random, country: home })
    const { entity } = recipe
    const part = (at + 1) / demo.recipes.length
    for (const rows of inBatches(cook.rows())) yield { op: 'create', entity, rows, part }
    for (const rows of inBatches(cook.changes())) yield { op: 'update', entity, rows, part }
  }
}

function* inBatches<T>(rows: Iterable<T>): Generator<T[]> {
  let batch: T[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

type Stage = Pick<Scene, 'world' | 'words' | 'random' | 'country'>

/** One recipe at work. */
class Cook {
  private readonly recipe: Recipe
  private readonly stage: Stage
  private readonly lets: readonly (readonly [string, Make])[]
  private readonly fields: readonly (readonly [string, Make])[]
  private readonly changed: readonly (readonly [string, Make])[]
  private readonly at: (scene: Scene) => number | undefined
  private readonly countryOf: (scene: Scene) => Country
  private readonly made: Made[] = []
  private readonly taken = new Set<string>()

  constructor(demo: Demo, recipe: Recipe, compiler: Compiler, stage: Stage) {
    this.recipe = recipe
    this.stage = stage
    const compileAll = (expressions: Record<string, unknown>) =>
      Object.entries(expressions).map(
        ([name, one]) => [name, compiler.compile(one, `${recipe.entity}.${name}`)] as const,
      )
    this.lets = compileAll(recipe.let ?? {})
    this.fields = compileAll(recipe.fields)
    this.changed = compileAll(recipe.changes?.fields ?? {})
    const fail = (message: string): never => {
      throw new RelataError('RL500', `Demo recipe, ${recipe.entity} at: ${message}`)
    }
    this.at = compileMoment(recipe.at ?? 'now-1y', fail)
    this.countryOf = chooseCountry(demo, recipe, compiler)
  }

  *rows(): Generator<Values> {
    for (const seat of this.seats()) {
      const made = this.makeOne(seat)
      if (!made) continue
      this.made.push(made)
      this.stage.world.add(made)
      yield { id: made.id, ...made.row }
    }
  }

  /** The first changes of all rows, then the second ones, and so on. */
  *changes(): Generator<DemoChange> {
    const { changes } = this.recipe
    if (!changes) return
    const { random } = this.stage
    const [min, max] = changes.times
    const left = this.made
      .filter(() => random.next() < changes.share)
      .map((made) => ({ made, moments: this.momentsAfter(made, random.int(min, max)) }))
    for (let round = 0; round < max; round++) {
      for (const { made, moments } of left) {
        const atMs = moments[round]
        const values = atMs === undefined ? {} : this.change(made, round + 1)
        if (atMs === undefined || Object.keys(values).length === 0) continue
        yield { id: made.id, at: instantText(atMs), by: textOrNull(made.row['owner']), values }
      }
    }
  }

  /** In order, between the making of the row and now. */
  private momentsAfter({ atMs }: Made, count: number): number[] {
    const { random, world } = this.stage
    const moments = Array.from({ length: count }, () => atMs + (world.nowMs - atMs) * random.next())
    return moments.sort((a, b) => a - b)
  }

  /** What differs after the change; the row itself is changed too. */
  private change(made: Made, position: number): Values {
    const { country, row, lets } = made
    const scene: Scene = { ...this.stage, country, row, lets, parent: undefined, index: 0, position }
    const changed: Values = {}
    for (const [name, make] of this.changed) {
      const value = make(scene)
      if (value !== null && asText(value) !== asText(row[name] ?? null)) changed[name] = row[name] = value
    }
    return changed
  }

  /** How many rows, and beside which parent. */
  private *seats(): Generator<{ parent: Made | undefined; index: number; position: number }> {
    const { each, count = 0, entity } = this.recipe
    if (!each) {
      for (let index = 0; index < count; index++) yield { parent: undefined, index, position: index + 1 }
      return
    }
    const { world, random } = this.stage
    const parents = world.all(each.of)
    if (parents.length === 0)
      throw new RelataError('RL500', `Demo recipe, ${entity}: there are no rows of ${each.of} yet.`)
    const [min, max] = each.count ?? [1, 1]
    let index = 0
    for (const parent of parents) {
      if (each.where && !each.where.in.includes(asText(parent.row[each.where.field] ?? null))) continue
      if (each.share !== undefined && random.next() >= each.share) continue
      const rows = random.int(min, max)
      for (let position = 1; position <= rows; position++) yield { parent, index: index++, position }
    }
  }

  private makeOne(seat: { parent: Made | undefined; index: number; position: number }): Made | undefined {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const scene: Scene = {
        ...this.stage,
        ...seat,
        country: seat.parent?.country ?? this.stage.country,
        row: {},
        lets: {},
      }
      scene.country = this.countryOf(scene)
      for (const [name, make] of this.lets) scene.lets[name] = make(scene)
      for (const [name, make] of this.fields) {
        const value = make(scene)
        if (value !== null) scene.row[name] = value
      }
      if (!this.isAllowed(scene.row)) continue
      const atMs = this.madeAtMs(scene)
      const { country, row, lets } = scene
      return { id: this.stage.random.uuid(atMs), atMs, entity: this.recipe.entity, country, row, lets }
    }
    return undefined
  }

  /** Nothing is made in time to come: what is planned for next week was written down lately. */
  private madeAtMs(scene: Scene): number {
    const { random, world } = this.stage
    const atMs = this.at(scene)
    const isPast = atMs !== undefined && atMs < world.nowMs
    return isPast ? atMs : world.nowMs - HOUR_MS - random.next() * LATELY_MS
  }

  private isAllowed(row: Values): boolean {
    const { unique, differ } = this.recipe
    if (differ && asText(row[differ[0]] ?? null) === asText(row[differ[1]] ?? null)) return false
    if (!unique) return true
    const key = JSON.stringify(unique.map((name) => row[name] ?? null))
    if (this.taken.has(key)) return false
    this.taken.add(key)
    return true
  }
}

function chooseCountry(demo: Demo, recipe: Recipe, compiler: Compiler): (scene: Scene) => Country {
  if (recipe.country === undefined) {
    const byWeight = Random.weighted(demo.countries.map((country) => [country, country.weight] as const))
    return recipe.each ? (scene) => scene.country : ({ random }) => byWeight(random)
  }
  const code = compiler.compile(recipe.country, `${recipe.entity} country`)
  const byCode = new Map(demo.countries.map((country) => [country.code, country]))
  return (scene) => byCode.get(asText(code(scene))) ?? scene.country
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
