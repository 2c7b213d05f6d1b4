// What the files of a demo may hold. A demo is data (metadata/demo/): word lists by country and one recipe an entity,
// written in the small language that metadata/demo/README.md describes. Nothing here knows what an entity means.
import { type Static, Type } from '@sinclair/typebox'

/** Any JSON; objects whose first member begins with `$` are operators (operators.ts). */
const Expression = Type.Unknown()
const Fields = Type.Record(Type.String(), Expression)
const Range = Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })])

export const Recipe = Type.Object(
  {
    entity: Type.String(),
    /** Rows to make, when not `each`. */
    count: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Rows for each row made of another entity, which expressions see as `parent`. */
    each: Type.Optional(
      Type.Object(
        {
          of: Type.String(),
          /** Rows for one parent. */
          count: Type.Optional(Range),
          /** Part of the parents that get any, 0–1. */
          share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
          /** Only parents with one of these values in this field. */
          where: Type.Optional(
            Type.Object({ field: Type.String(), in: Type.Array(Type.String()) }, { additionalProperties: false }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    /** Code of the country whose words and currency the row uses; by weight when left out, the parent's with `each`. */
    country: Type.Optional(Expression),
    /** When the row came to be: the time in its id. */
    at: Type.Optional(Expression),
    /** Values that fields build on and that are not written. */
    let: Type.Optional(Fields),
    fields: Fields,
    /** Fields that together must not repeat; a row that cannot be made different is left out. */
    unique: Type.Optional(Type.Array(Type.String())),
    /** Two fields that must not hold the same: nobody is married to themselves. */
    differ: Type.Optional(Type.Tuple([Type.String(), Type.String()])),
    /** Later changes, so that records have a history. */
    changes: Type.Optional(
      Type.Object(
        {
          share: Type.Number({ minimum: 0, maximum: 1 }),
          times: Range,
          fields: Fields,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type Recipe = Static<typeof Recipe>

const Words = Type.Record(Type.String(), Type.Array(Type.Unknown()))

/** countries/CODE.json: what is the same for everything in one country. */
export const Country = Type.Object(
  {
    code: Type.String(),
    weight: Type.Number(),
    currency: Type.String(),
    currency_digits: Type.Integer(),
    /** How many units of the currency buy what one dollar buys, roughly. */
    price_level: Type.Number(),
    zone: Type.String(),
    language: Type.String(),
    name_order: Type.String(),
    mobile: Type.String(),
    landline: Type.String(),
    words: Words,
  },
  { additionalProperties: false },
)
export type Country = Static<typeof Country>

/** Every other file of the folder. */
export const DemoFile = Type.Object(
  {
    words: Type.Optional(Words),
    /** Latin spelling of letters that Unicode does not decompose. */
    letters: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Expressions used by name: `{"$use":"address"}`. */
    macros: Type.Optional(Fields),
    recipes: Type.Optional(Type.Array(Recipe)),
  },
  { additionalProperties: false },
)
export type DemoFile = Static<typeof DemoFile>

/** demo.json: which packages a demo tenant has, and the other files in the order in which they are made. */
export const DemoIndex = Type.Object(
  {
    /** Folders below metadata/. */
    packages: Type.Array(Type.String()),
    files: Type.Array(Type.String()),
  },
  { additionalProperties: false },
)

export interface Demo {
  packages: readonly string[]
  countries: readonly Country[]
  words: Readonly<Record<string, readonly unknown[]>>
  letters: Readonly<Record<string, string>>
  macros: Readonly<Record<string, unknown>>
  recipes: readonly Recipe[]
}

/** A JSON object, and neither a list nor null. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
