// What can be said of a package without a server: every file has the shape of its kind, every field that of its type.
// Names that lead elsewhere, rules and layers are for the server, which knows the other packages: `relata plan`.
import { type TSchema, Type } from '@sinclair/typebox'
import { Value, ValueErrorType } from '@sinclair/typebox/value'
import type { Problem } from '../../errors.ts'
import { FIELD_TYPES } from '../../fields/index.ts'
import { fieldCommon, KINDS, PackageManifest, type PackageSource } from '../../metadata/source.ts'
import { isObject } from '../../client/transport.ts'
import { hintAmong, shapeFault } from '../../metadata/shape-fault.ts'

type Located = Omit<Problem, 'package' | 'file'>

export function checkShapes({ name, files }: PackageSource): Problem[] {
  return Object.entries(files).flatMap(([file, value]) =>
    checkFile(file, value).map((problem): Problem => ({ ...problem, package: name, file })),
  )
}

function checkFile(file: string, value: unknown): Located[] {
  if (file === 'package.json') return faults(PackageManifest, value)
  const kind = Object.entries(KINDS).find(([folder]) => file.startsWith(`${folder}/`))
  if (!kind) return [{ path: '', key: 'unknown_file', message: 'is not a place for metadata' }]
  const [folder, { whole, extension }] = kind
  const isExtension = isObject(value) && Object.hasOwn(value, 'extends')
  const own = faults(isExtension ? extension : whole, value)
  return folder === 'entities' && isObject(value) ? [...own, ...checkFields(value['fields'], isExtension)] : own
}

function checkFields(fields: unknown, isExtension: boolean): Located[] {
  if (!Array.isArray(fields)) return []
  const names = new Set<unknown>()
  return fields.flatMap((field: unknown, at): Located[] => {
    const path = `/fields/${at}`
    if (!isObject(field)) return [{ path, key: 'shape', message: 'must be an object' }]
    const { name, type } = field
    // In an extension this is a change to a field that a lower layer brought.
    if (isExtension && type === undefined) return []
    const twice = names.has(name)
      ? [{ path: `${path}/name`, key: 'duplicate_name', message: `there is another field “${String(name)}” above` }]
      : []
    names.add(name)
    return [...twice, ...checkField(field, type, path)]
  })
}

function checkField(field: object, type: unknown, path: string): Located[] {
  if (typeof type !== 'string') return [{ path, key: 'missing_member', message: 'a field needs a "type"' }]
  const found = Object.hasOwn(FIELD_TYPES, type) ? FIELD_TYPES[type] : undefined
  if (!found) {
    const message = `there is no field type “${type}”`
    return [{ path: `${path}/type`, key: 'unknown_type', message, ...hintAmong(type, Object.keys(FIELD_TYPES)) }]
  }
  const schema = Type.Object({ ...fieldCommon, ...found.properties }, { additionalProperties: false })
  return faults(schema, field).map((problem) => ({ ...problem, path: path + problem.path }))
}

/** What is missing is told once, as missing: TypeBox goes on to check the type of nothing. */
function faults(schema: TSchema, value: unknown): Located[] {
  return [...Value.Errors(schema, value)]
    .filter(({ type, value }) => value !== undefined || type === ValueErrorType.ObjectRequiredProperty)
    .map(shapeFault)
}
