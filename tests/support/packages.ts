// Packages written in a few lines, for tests of the catalog.
import { resolvePackages, type ResolveResult } from '../../kernel/catalog/resolve.ts'
import { Model } from '../../kernel/catalog/model.ts'
import type { PhysicalNames } from '../../kernel/catalog/physical-names.ts'
import type { Problem } from '../../sdk/errors.ts'
import type { Entity, Field, Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'

export function pack(
  name: string,
  files: Record<string, unknown> = {},
  manifest: Record<string, unknown> = {},
): PackageSource {
  return { name, files: { 'package.json': { name, version: '1.0.0', label: name, ...manifest }, ...files } }
}

/** A package whose only entity is `thing` with these fields. */
export function packWithFields(fields: readonly unknown[], more: Record<string, unknown> = {}): PackageSource {
  return pack('base', { 'entities/thing.json': { name: 'thing', fields, ...more } })
}

export function resolve(sources: readonly PackageSource[], names: PhysicalNames = {}): ResolveResult {
  return resolvePackages({ sources, tenant: 'acme', schema: 't_acme', version: 1, names, baseCurrency: 'EUR' })
}

export function resolved(sources: readonly PackageSource[], names: PhysicalNames = {}) {
  const result = resolve(sources, names)
  if (!result.ok)
    throw new Error(result.problems.map((problem) => `${problem.file}${problem.path}: ${problem.message}`).join('\n'))
  return result
}

export function problemsOf(sources: readonly PackageSource[]): readonly Problem[] {
  const result = resolve(sources)
  return result.ok ? [] : result.problems
}

/** `entities/thing.json/fields/0/type unknown_type`, easy to compare. */
export function briefly(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${problem.file}${problem.path} ${problem.key}`)
}

export function entityOf(snapshot: Snapshot, name: string): Entity {
  return new Model(snapshot).entity(name).entity
}

export function fieldOf(snapshot: Snapshot, entity: string, name: string): Field {
  const field = new Model(snapshot).entity(entity).field(name)
  if (!field) throw new Error(`${entity} has no field ${name}`)
  return field
}

export const fieldNames = (entity: Entity): string[] => entity.fields.map((field) => field.name)
