// How a number is written for people: the metadata member `format` of every type whose values are numbers. Nothing of it
// touches what is stored. The terms are those of Intl.NumberFormat (ECMA-402).
import { type Static, Type } from '@sinclair/typebox'

export const NumberFormat = Type.Object(
  {
    style: Type.Optional(
      Type.Union([Type.Literal('decimal'), Type.Literal('percent'), Type.Literal('currency')], {
        description: 'percent: 12.5 is written as 12.5%',
      }),
    ),
    currency: Type.Optional(
      Type.String({ pattern: '^[A-Z]{3}$', description: 'for the style currency; without it the base currency' }),
    ),
    decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: 'digits after the point, rounded' })),
    grouping: Type.Optional(Type.Boolean({ description: 'false: 1996 and not 1,996, for years' })),
  },
  { additionalProperties: false },
)
export type NumberFormat = Static<typeof NumberFormat>

/** Metadata members of types whose values are numbers. */
export const formatProperties = { format: Type.Optional(NumberFormat) }
