// Operators that choose: from word lists, by weight, by another field, among the rows made before.
import type { Operation, Operators } from './expressions.ts'
import { Random } from './random.ts'
import { isPlain } from './recipe.ts'
import { asText, lookUp, type Made, type Make, type Scene } from './scene.ts'
import { compileTemplate } from './templates.ts'

export const pickers: Operators = {
  /** {"$pick":"family"} or {"$pick":["family_{sex}","family"]}: a word of the first list there is; nothing without one */
  $pick: ({ argument, fail }) => {
    const names = (Array.isArray(argument) ? argument : [argument]).map((name) => compileTemplate(String(name), fail))
    return (scene) =>
      scene.random.pick(
        scene.words.list(
          names.map((name) => name(scene)),
          scene.country,
        ),
      ) ?? null
  },
  /** {"$cycle":"team"}: the words of a list in turn, row by row */
  $cycle:
    ({ argument }) =>
    (scene) => {
      const list = scene.words.list([String(argument)], scene.country)
      return list[scene.index % list.length] ?? null
    },
  /** {"$weighted":{"won":4,"lost":1}} */
  $weighted: ({ argument, fail }) => {
    const entries = isPlain(argument)
      ? Object.entries(argument).map(([value, weight]) => [value, Number(weight)] as const)
      : []
    if (entries.length === 0) return fail('needs values with weights')
    const choose = Random.weighted(entries)
    return ({ random }) => choose(random)
  },
  /** {"$any":[a,b,c]}: equally often */
  $any: ({ argument, compile, fail }) => {
    const makes = Array.isArray(argument) ? argument.map((item: unknown) => compile(item)) : []
    if (makes.length === 0) return fail('needs a list')
    return (scene) => scene.random.pick(makes)?.(scene) ?? null
  },
  /** {"$chance":0.3,"then":a,"else":b} */
  $chance: ({ argument, options, compile }) => {
    const [then, otherwise] = [compile(options['then'] ?? true), compile(options['else'] ?? null)]
    const chance = Number(argument)
    return (scene) => (scene.random.next() < chance ? then(scene) : otherwise(scene))
  },
  /** {"$switch":"state","cases":{"paid|waived":a},"else":b} */
  $switch: ({ argument, options, compile }) => {
    const steps = String(argument).split('.')
    const cases = new Map<string, Make>()
    for (const [values, item] of Object.entries(isPlain(options['cases']) ? options['cases'] : {})) {
      const make = compile(item)
      for (const value of values.split('|')) cases.set(value, make)
    }
    const otherwise = compile(options['else'] ?? null)
    return (scene) => (cases.get(asText(lookUp(scene, steps))) ?? otherwise)(scene)
  },
  /** {"$first":[a,b]}: the first that is not empty */
  $first: ({ argument, compile, fail }) => {
    const makes = Array.isArray(argument) ? argument.map((item: unknown) => compile(item)) : fail('needs a list')
    return (scene) => {
      for (const make of makes) {
        const value = make(scene)
        if (value !== null) return value
      }
      return null
    }
  },
  /** {"$sample":["a","b","c"],"count":[0,2]}: different ones, in the order of the list */
  $sample: ({ argument, options, fail }) => {
    const values = Array.isArray(argument) ? argument.map(String) : fail('needs a list')
    const [min, max] = countOf(options)
    return ({ random }) => {
      let wanted = Math.min(values.length, random.int(min, max))
      return values.filter((_, at) => {
        const isTaken = random.next() * (values.length - at) < wanted
        if (isTaken) wanted--
        return isTaken
      })
    }
  },
  /** {"$sentences":"sentence","count":[1,4]}: words of a list, one after the other */
  $sentences: ({ argument, options }) => {
    const name = String(argument)
    const [min, max] = countOf(options)
    return (scene) => {
      const list = scene.words.list([name], scene.country)
      const texts = Array.from({ length: scene.random.int(min, max) }, () => asText(scene.random.pick(list) ?? null))
      return [...new Set(texts)].join(' ') || null
    }
  },
  /** {"$ref":"zoo.animal","skew":2,"same_country":true,"where":{"cage":expression}}: id of a row made before */
  $ref: (operation) => {
    const choose = reference(String(operation.argument), operation)
    return (scene) => choose(scene)?.id ?? null
  },
  /** {"$any_ref":{"zoo.animal":3,"zoo.plant":1},"skew":2} */
  $any_ref: (operation) => {
    const { argument, fail } = operation
    const entries = isPlain(argument)
      ? Object.entries(argument).map(([name, weight]) => [reference(name, operation), Number(weight)] as const)
      : []
    if (entries.length === 0) return fail('needs entities with weights')
    const choose = Random.weighted(entries)
    return (scene) => asReference(choose(scene.random)(scene))
  },
  /** {"$as_ref":expression}: `{entity,id}` of an id */
  $as_ref: ({ argument, compile }) => {
    const make = compile(argument)
    return (scene) => {
      const id = make(scene)
      return typeof id === 'string' ? asReference(scene.world.find(id)) : null
    }
  },
}

const asReference = (made: Made | undefined): ReturnType<Make> => (made ? { entity: made.entity, id: made.id } : null)

function countOf(options: Operation['options']): [number, number] {
  const [min, max] = Array.isArray(options['count']) ? options['count'].map(Number) : []
  return [min ?? 1, max ?? min ?? 1]
}

function reference(entity: string, { options, compile }: Operation): (scene: Scene) => Made | undefined {
  const skew = typeof options['skew'] === 'number' ? options['skew'] : 1
  const [condition] = isPlain(options['where']) ? Object.entries(options['where']) : []
  if (condition) {
    const [field, expression] = condition
    const wanted = compile(expression)
    return (scene) => {
      const value = wanted(scene)
      return value === null ? undefined : scene.random.pick(scene.world.where(entity, field, asText(value)), skew)
    }
  }
  if (options['same_country'] !== true) return (scene) => scene.random.pick(scene.world.all(entity), skew)
  return (scene) => scene.random.pick(scene.world.inCountry(entity, scene.country.code), skew)
}
