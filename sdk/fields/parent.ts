// The record above: a reference that makes a tree. The server refuses circles.
import { Type } from '@sinclair/typebox'
import { reference } from './reference.ts'
import { deletion, Target } from './references.ts'
import type { FieldType } from './types.ts'

export const parent: FieldType = {
  ...reference,
  name: 'parent',
  properties: { to: Type.Optional(Target), ...deletion },
}
