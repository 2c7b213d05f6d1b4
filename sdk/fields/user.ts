// A user of this tenant.
import { reference } from './reference.ts'
import { deletion } from './references.ts'
import type { FieldType } from './types.ts'

export const user: FieldType = { ...reference, name: 'user', properties: deletion }
