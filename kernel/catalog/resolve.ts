// The compiler of the metadata language: package sources in, one frozen snapshot out, or every problem found.
// Never throws on anything an author can write, and nothing outside this function sees raw metadata.
import type { Problem } from '../../sdk/errors.ts'
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { buildActions } from './actions.ts'
import type { Bench } from './bench.ts'
import { buildEntities } from './entities.ts'
import { buildForms } from './forms.ts'
import { freezeSnapshot, localesOf } from './freeze.ts'
import { mergeThings } from './layers.ts'
import { buildApps, buildRelationships } from './navigation.ts'
import { offerNames } from './offered-names.ts'
import { orderPackages } from './order.ts'
import { parsePackages } from './packages.ts'
import { NameBook, type PhysicalNames } from './physical-names.ts'
import { Problems } from './problems.ts'
import { checkRecordRules } from './record-rules.ts'
import { createRuleBook } from './rule-book.ts'
import { connectRollups, finishRollups } from './rollups.ts'
import { checkEntityRules } from './entity-rules.ts'
import { buildRoles } from './roles.ts'
import { Trace } from './trace.ts'
import { translate } from './translations.ts'
import { buildViews } from './views.ts'

export interface ResolveInput {
  sources: readonly PackageSource[]
  tenant: string
  /** PostgreSQL schema. */
  schema: string
  version: number
  /** As the last publish left them. */
  names: PhysicalNames
  /** ISO 4217. */
  baseCurrency: string
}

export type ResolveResult =
  | { ok: true; snapshot: Snapshot; names: PhysicalNames; warnings: readonly Problem[] }
  | { ok: false; problems: readonly Problem[]; warnings: readonly Problem[] }

export function resolvePackages(input: ResolveInput): ResolveResult {
  const problems = new Problems()
  const trace = new Trace()
  const order = orderPackages(parsePackages(input.sources, trace, problems), problems)
  const areRelated = (a: string, b: string): boolean => order.below(a).has(b) || order.below(b).has(a)
  translate(order, trace, problems)
  const things = mergeThings(order, { trace, problems, areRelated })

  const bench: Bench = { order, trace, problems, book: new NameBook(input.names), entities: [], broken: things.broken }
  buildEntities(bench, things)
  connectRollups(bench)
  const book = createRuleBook(bench)
  checkEntityRules(bench, book)
  finishRollups(bench, book)
  checkRecordRules(bench, book)

  const views = buildViews(bench, book, things.views)
  const forms = buildForms(bench, book, things.forms, views)
  const relationships = buildRelationships(bench, things.relationships)
  const apps = buildApps(bench, things.apps, views)
  const roles = buildRoles(bench, book, things.roles)
  const actions = buildActions(bench, book, things.actions)
  offerNames(bench, { roles, relationship_types: relationships })
  if (problems.errors.length > 0) return { ok: false, problems: problems.errors, warnings: problems.warnings }

  const snapshot: Snapshot = {
    tenant: input.tenant,
    schema: input.schema,
    version: input.version,
    packages: order.packages.map(({ name, manifest }) => ({ name, version: manifest.version, label: manifest.label })),
    entities: bench.entities.map(({ entity }) => entity),
    relationships,
    forms,
    views,
    apps,
    roles,
    actions,
    locales: localesOf(order.packages),
    baseCurrency: input.baseCurrency,
  }
  return { ok: true, snapshot: freezeSnapshot(snapshot), names: bench.book.toJSON(), warnings: problems.warnings }
}
