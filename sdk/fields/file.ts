// The id of a file record; its contents go through `POST files`.
import { Type } from '@sinclair/typebox'
import { reference } from './reference.ts'
import type { FieldType } from './types.ts'

const MediaType = Type.String({
  pattern: '^[a-z0-9][a-z0-9.+-]*/([a-z0-9][a-z0-9.+-]*|\\*)$',
  description: 'a media type such as application/pdf or image/*',
})

export const file: FieldType = {
  ...reference,
  name: 'file',
  properties: { accept: Type.Optional(Type.Array(MediaType, { minItems: 1, maxItems: 50 })) },
  widget: 'file',
}
