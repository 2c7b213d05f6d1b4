// What of a new version's metadata can be there while the version before still runs: what it adds to entities. Everything
// that is there stays as it is, and nothing new may be required of code that does not know it. Pure.
import type { PackageSource } from '../../../sdk/metadata/source.ts'
import { isRecord } from '../../catalog/trace.ts'

const ADDED = /^(entities|relationships)\//
/** Members of a new field that would refuse what the version before writes. */
const DEMANDS: ReadonlySet<string> = new Set(['required', 'required_if', 'unique'])

/** The package as it is, with new entities, and new fields of entities that are there. */
export function additiveSource(now: PackageSource, next: PackageSource): PackageSource {
  const files: Record<string, unknown> = { ...now.files }
  for (const [path, file] of Object.entries(next.files)) {
    if (!ADDED.test(path)) continue
    files[path] = path in now.files ? withNewFields(now.files[path], file) : file
  }
  files['package.json'] = withRequirements(now.files['package.json'], next.files['package.json'])
  return { name: now.name, files }
}

function withNewFields(now: unknown, next: unknown): unknown {
  if (!isRecord(now) || !isRecord(next)) return now
  const fields = listOf(now['fields'])
  const known = new Set(fields.map(identityOf))
  const added = listOf(next['fields']).filter((field) => isRecord(field) && !known.has(identityOf(field)))
  return added.length === 0 ? now : { ...now, fields: [...fields, ...added.map(undemanding)] }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const identityOf = (field: unknown): unknown => (isRecord(field) ? (field['id'] ?? field['name']) : undefined)
const undemanding = (field: unknown): unknown =>
  isRecord(field) ? Object.fromEntries(Object.entries(field).filter(([member]) => !DEMANDS.has(member))) : field

/** Its version stays what runs. */
function withRequirements(now: unknown, next: unknown): unknown {
  if (!isRecord(now) || !isRecord(next) || !isRecord(next['requires'])) return now
  return { ...now, requires: { ...(isRecord(now['requires']) ? now['requires'] : {}), ...next['requires'] } }
}
