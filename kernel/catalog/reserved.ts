// Names that mean something to the system and so cannot be given to things of a package.
import { STANDARD_FIELDS } from '../../sdk/metadata/snapshot.ts'

const FIELD_NAMES: ReadonlySet<string> = new Set([
  ...STANDARD_FIELDS.map((field) => field.name),
  // Words of the API and of the rule language that stand where a field may stand.
  'children',
  'entity',
  'record',
  'constructor',
])

const PACKAGE_NAMES: ReadonlySet<string> = new Set([
  'relata',
  'kernel',
  'sdk',
  'studio',
  'tests',
  'plugins',
  'core',
  'api',
  'records',
  'batch',
  'bulk',
  'aggregates',
  'files',
  'meta',
  'metadata',
  'openapi',
  'docs',
  'me',
  'keys',
  'session',
  'setup',
  'tenants',
  'auth',
  'events',
  'jobs',
  'search',
  'children',
  'constructor',
  'pg',
  'public',
  'information_schema',
  'all',
  'none',
])

export function isReservedField(name: string): boolean {
  return FIELD_NAMES.has(name)
}

export function isReservedPackage(name: string): boolean {
  return PACKAGE_NAMES.has(name) || name.startsWith('pg_')
}

/** The package that a tenant's own changes stand in: above all others. */
export const CUSTOM_PACKAGE = 'custom'
/** The kernel's own entities: below all others. */
export const SYSTEM_PACKAGE = 'system'
export const BASE_PACKAGE = 'base'
