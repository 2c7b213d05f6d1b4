// What a tenant has, as its pages are told (docs/http-api.md, “Metadata”): entities, fields, actions, by role.
import { Type } from '@sinclair/typebox'
import type { ClientMeta } from '../wire/meta.ts'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

const Field = Type.Object({
  name: Type.String(),
  type: Type.String(),
  required: Type.Boolean(),
  options: Type.Object({}),
})
const MetaAnswer = Type.Unsafe<ClientMeta>(
  Type.Object({
    version: Type.Integer(),
    entities: Type.Array(Type.Object({ name: Type.String(), ownership: Type.String(), fields: Type.Array(Field) })),
    actions: Type.Array(Type.Object({ name: Type.String(), entity: Type.String(), input: Type.Array(Field) })),
  }),
)

export const readMeta = async (send: Send): Promise<ClientMeta> => checkAnswer(MetaAnswer, await send('meta'))
