// What background work may use beside the tenant that it is done for.
import type { Seal } from '../plan/field-value.ts'
import type { Database } from '../run/database.ts'

export interface JobTools {
  database: Database
  /** Encrypts secret fields. */
  seal: Seal
  /** metadata/ */
  metadataFolder: string
}
