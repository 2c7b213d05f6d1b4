// Actions over HTTP: `POST actions/{name}`.
import { type Static, Type } from '@sinclair/typebox'
import { Text } from '../metadata/source.ts'

/** Records that one call may be about. */
export const MOST_RECORDS = 500

export const ActionRequest = Type.Object(
  {
    /** Absent or empty: on the list as a whole. */
    ids: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }), {
        maxItems: MOST_RECORDS,
      }),
    ),
    /** Values of the form. */
    input: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
)
export type ActionRequest = Static<typeof ActionRequest>

export const ActionAnswer = Type.Object({
  /** Shown to the person. */
  message: Type.Optional(Text),
  /** A record to go to. */
  open: Type.Optional(Type.Object({ entity: Type.String(), id: Type.String() })),
  /** Records that the action wrote, each once. */
  changed: Type.Array(Type.Object({ entity: Type.String(), id: Type.String() })),
})
export type ActionAnswer = Static<typeof ActionAnswer>
