// What differs between two versions, in words that an author reads: `add field Phone to Person`. Pure. Things are the
// same when their ids are, whatever they are called.
import type { Entity, Field, Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource, Text } from '../../sdk/metadata/source.ts'
import type { PlanStep } from '../services.ts'
import { ruleById } from './rule-ids.ts'

export interface Change {
  text: string
  kind: PlanStep['kind']
  entityId?: string
  fieldId?: string
}

/** A version, as its authors wrote it and as it was resolved. */
export interface Side {
  snapshot: Snapshot
  sources: readonly PackageSource[]
}

/** @param old absent: there was nothing */
export function differences(old: Side | undefined, now: Side): Change[] {
  const [before, after] = [old?.snapshot, now.snapshot]
  const all = [...(before?.entities ?? []), ...after.entities]
  const entities = new Map(all.map(({ name, label }) => [name, plain(label)]))
  const forms = old ? written('forms', before?.forms ?? [], old) : []
  const views = old ? written('views', before?.views ?? [], old) : []
  return [
    ...packageChanges(before?.packages ?? [], after.packages),
    ...baseCurrencyChange(before, after),
    ...entityChanges(before?.entities ?? [], after.entities),
    ...thingChanges('relationship type', before?.relationships ?? [], after.relationships),
    ...thingChanges('form', forms, written('forms', after.forms, now), entities),
    ...thingChanges('view', views, written('views', after.views, now), entities),
    ...thingChanges('app', before?.apps ?? [], after.apps),
    ...thingChanges('role', before?.roles ?? [], after.roles),
    ...thingChanges('action', before?.actions ?? [], after.actions ?? [], entities),
  ]
}

/** The text in English, else in whatever language there is. */
export function plain(text: Text): string {
  return typeof text === 'string' ? text : (text['en'] ?? Object.values(text)[0] ?? '')
}

type Package = Snapshot['packages'][number]

function packageChanges(before: readonly Package[], after: readonly Package[]): Change[] {
  const { added, kept, gone } = match(before, after, ({ name }) => name)
  return [
    ...added.map((one): Change => ({ kind: 'add', text: `add package ${plain(one.label)} ${one.version}` })),
    ...kept.flatMap(([old, now]): Change[] =>
      old.version === now.version
        ? []
        : [{ kind: 'change', text: `change package ${plain(now.label)} from ${old.version} to ${now.version}` }],
    ),
    ...gone.map((one): Change => ({ kind: 'retire', text: `take out package ${plain(one.label)}` })),
  ]
}

function baseCurrencyChange(before: Snapshot | undefined, after: Snapshot): Change[] {
  if (!before || before.baseCurrency === after.baseCurrency) return []
  return [{ kind: 'change', text: `change the base currency from ${before.baseCurrency} to ${after.baseCurrency}` }]
}

function entityChanges(before: readonly Entity[], after: readonly Entity[]): Change[] {
  const { added, kept, gone } = match(before, after, ({ id }) => id)
  return [
    ...added.map((one): Change => ({ kind: 'add', text: `add entity ${plain(one.label)}`, entityId: one.id })),
    ...kept.flatMap(([old, now]) => [...entityChange(old, now), ...fieldChanges(old, now)]),
    ...gone.map(
      (one): Change => ({
        kind: 'retire',
        text: `retire entity ${plain(one.label)} (its records are kept)`,
        entityId: one.id,
      }),
    ),
  ]
}

/** Members whose change is worth a word, and the word. */
const ENTITY_WORDS: Readonly<Partial<Record<keyof Entity, string>>> = {
  label: 'label',
  plural: 'plural',
  description: 'description',
  icon: 'icon',
  ownership: 'ownership',
  traits: 'traits',
  aliases: 'aliases',
  history: 'history',
  activities: 'activities',
  comments: 'comments',
  files: 'files',
  search: 'search',
}

function entityChange(old: Entity, now: Entity): Change[] {
  const label = plain(now.label)
  const renamed: Change[] =
    old.name === now.name
      ? []
      : [{ kind: 'rename', text: `rename entity ${old.name} to ${now.name}`, entityId: now.id }]
  const changed = [
    ...words(ENTITY_WORDS, old, now),
    ...(same(ruleById(old, old.displayName), ruleById(now, now.displayName)) ? [] : ['display name']),
    ...(same(uniqueSets(old), uniqueSets(now)) ? [] : ['unique sets']),
  ]
  if (changed.length === 0) return renamed
  return [...renamed, { kind: 'change', text: `change entity ${label}: ${changed.join(', ')}`, entityId: now.id }]
}

/** Of several fields; that a single one is unique is said of the field. */
const uniqueSets = (entity: Entity): unknown =>
  entity.uniques
    .filter(
      ({ fields: [name, ...others] }) =>
        others.length > 0 || !entity.fields.find((field) => field.name === name)?.unique,
    )
    .map((unique) => ({ ...unique, fields: unique.fields.map((name) => ruleById(entity, { var: name })) }))

function fieldChanges(old: Entity, now: Entity): Change[] {
  const entity = plain(now.label)
  const about = (field: Field) => ({ entityId: now.id, fieldId: field.id })
  const { added, kept, gone } = match(old.fields, now.fields, ({ id }) => id)
  return [
    ...added.map(
      (field): Change => ({ kind: 'add', text: `add field ${plain(field.label)} to ${entity}`, ...about(field) }),
    ),
    ...kept.flatMap(([before, after]) =>
      fieldChange(before, after, entity).map((one) => ({ ...one, ...about(after) })),
    ),
    ...gone.map(
      (field): Change => ({
        kind: 'retire',
        text: `retire field ${plain(field.label)} of ${entity}${field.columns.length > 0 ? ' (its values are kept)' : ''}`,
        ...about(field),
      }),
    ),
  ]
}

const FIELD_WORDS: Readonly<Partial<Record<keyof Field, string>>> = {
  label: 'label',
  help: 'help text',
  aliases: 'aliases',
  indexed: 'index',
  searchable: 'searching',
  readOnly: 'read only',
  personal: 'personal data',
  default: 'default',
  options: 'options',
}

function fieldChange(old: Field, now: Field, entity: string): Change[] {
  const changes: Change[] = []
  if (old.name !== now.name)
    changes.push({ kind: 'rename', text: `rename field ${old.name} of ${entity} to ${now.name}` })
  if (old.type !== now.type) {
    const text = `change field ${plain(now.label)} of ${entity} from ${spoken(old.type)} to ${spoken(now.type)}`
    changes.push({ kind: 'change', text })
  }
  const changed = [
    ...flag('required', old.required, now.required),
    ...flag('unique', old.unique, now.unique),
    ...words(FIELD_WORDS, ownOptions(old), ownOptions(now)),
  ]
  if (changed.length > 0)
    changes.push({ kind: 'change', text: `change field ${plain(now.label)} of ${entity}: ${changed.join(', ')}` })
  return changes
}

/** Choices that are names of other things follow them, and are no change of the field. */
function ownOptions(field: Field): Field {
  const { choices: _, ...options } = field.options
  return field.options.optionsFrom === undefined ? field : { ...field, options }
}

const flag = (word: string, old: boolean, now: boolean): string[] =>
  old === now ? [] : [now ? `make it ${word}` : `no longer ${word}`]

/** `long_text` → `long text`. */
export const spoken = (type: string): string => type.replaceAll('_', ' ')

/** Forms and views that nobody wrote follow the fields of their entity, so a change of them is no news. */
function written<T extends Thing>(kind: 'forms' | 'views', things: readonly T[], { sources }: Side): T[] {
  const ids = new Set(
    sources.flatMap(({ name: owner, files }) =>
      Object.entries(files).flatMap(([path, file]) => (path.startsWith(`${kind}/`) ? birthIds(owner, file) : [])),
    ),
  )
  return things.filter(({ id }) => ids.has(id))
}

function birthIds(owner: string, file: unknown): string[] {
  if (typeof file !== 'object' || file === null || 'extends' in file) return []
  const id = 'id' in file ? file.id : 'name' in file ? file.name : undefined
  if (typeof id !== 'string') return []
  return [id.startsWith(`${owner}:`) ? id : `${owner}:${id}`]
}

interface Thing {
  id: string
  name: string
  label: Text
  /** Of which it is a form, a view, an action: many are called “All”. */
  entity?: string
}

function thingChanges<T extends Thing>(
  what: string,
  before: readonly T[],
  after: readonly T[],
  entities: ReadonlyMap<string, string> = new Map(),
): Change[] {
  const { added, kept, gone } = match(before, after, ({ id }) => id)
  const named = ({ label, entity }: T): string => {
    const of = entity === undefined ? undefined : entities.get(entity)
    return `${what} ${plain(label)}${of === undefined ? '' : ` of ${of}`}`
  }
  return [
    ...added.map((one): Change => ({ kind: 'add', text: `add ${named(one)}` })),
    ...kept.flatMap(([old, now]): Change[] => {
      if (same(old, now)) return []
      if (old.name === now.name) return [{ kind: 'change', text: `change ${named(now)}` }]
      return [{ kind: 'rename', text: `rename ${what} ${old.name} to ${now.name}` }]
    }),
    ...gone.map((one): Change => ({ kind: 'retire', text: `take out ${named(one)}` })),
  ]
}

function words<T extends object>(names: Readonly<Partial<Record<keyof T, string>>>, old: T, now: T): string[] {
  return Object.entries<string | undefined>(names).flatMap(([member, word]) =>
    word === undefined || same(Reflect.get(old, member), Reflect.get(now, member)) ? [] : [word],
  )
}

function match<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string) {
  const old = new Map(before.map((item) => [keyOf(item), item]))
  const now = new Map(after.map((item) => [keyOf(item), item]))
  return {
    added: after.filter((item) => !old.has(keyOf(item))),
    kept: after.flatMap((item): [T, T][] => {
      const earlier = old.get(keyOf(item))
      return earlier === undefined ? [] : [[earlier, item]]
    }),
    gone: before.filter((item) => !now.has(keyOf(item))),
  }
}

/** Equal as JSON, whatever the order of members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => same(Reflect.get(a, key), Reflect.get(b, key)))
}
