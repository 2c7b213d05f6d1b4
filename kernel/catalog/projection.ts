// What a browser learns of a tenant: an allow-list, member by member, so that a new member of the snapshot stays on the
// server until somebody adds it here; and cut down to what the roles of the actor may read.
import { fieldType } from '../../sdk/fields/index.ts'
import type {
  Action,
  App,
  Entity,
  Field,
  FieldOptions,
  Form,
  FormItem,
  Operation,
  Snapshot,
  View,
} from '../../sdk/metadata/snapshot.ts'
import type { ClientAction, ClientEntity, ClientField, ClientMeta } from '../../sdk/wire/meta.ts'
import type { Actor } from '../actor.ts'
import { NO_PLUGINS, type PluginSet } from '../plugins/contract.ts'
import type { TenantInfo } from './loaded-tenant.ts'
import type { FieldRight } from '../../sdk/metadata/rights.ts'
import { checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from './model.ts'
import { isPending } from './pending.ts'
import { canAdminister } from './rights.ts'
import { entityScope, everyRead } from './scope.ts'

const MAX_CACHED_ROLE_SETS = 50
const cache = new WeakMap<Model, Map<string, ClientMeta>>()

/** What is asked of the actor's rights. */
export interface KnownRights {
  can(entity: EntityModel, operation: Operation): boolean
  field(entity: EntityModel, field: Field): FieldRight
}

/** Equal roles of one version get the same object, so that its bytes and ETag can be kept too. */
/** @param plugins those that are on: actions of others are not offered */
export function clientMeta(
  model: Model,
  tenant: TenantInfo,
  actor: Actor,
  rights: KnownRights,
  plugins: Pick<PluginSet, 'all' | 'find'> = NO_PLUGINS,
): ClientMeta {
  const bySet = cache.get(model) ?? new Map<string, ClientMeta>()
  cache.set(model, bySet)
  const running = plugins.all.map(({ name, hash }) => `${name} ${hash}`)
  const key = JSON.stringify([tenant.slug, tenant.title, tenant.isDemo, running, ...actor.roles])
  const known = bySet.get(key)
  if (known) return known
  const made = project(model, tenant, actor, rights, plugins)
  const [oldest] = bySet.keys()
  if (bySet.size >= MAX_CACHED_ROLE_SETS && oldest !== undefined) bySet.delete(oldest)
  bySet.set(key, made)
  return made
}

/** What the actor may know of: entities, and of each the fields that make sense to them. */
interface Shown {
  entities: ReadonlySet<string>
  /** Is the first step of this path, on this entity, one that they may see? */
  path(entity: string, path: string): boolean
  /** And one whose values they may read, so that they can order and group by it? */
  value(entity: string, path: string): boolean
  rights: KnownRights
}

function project(
  model: Model,
  tenant: TenantInfo,
  actor: Actor,
  rights: KnownRights,
  plugins: Pick<PluginSet, 'find'>,
): ClientMeta {
  const { snapshot } = model
  const readable = model.all().filter((target) => rights.can(target, 'read'))
  const entities = new Set(readable.map(({ entity }) => entity.name))
  const isSeen = (allowed: readonly FieldRight[], entity: string, path: string): boolean => {
    const target = model.find(entity)
    const field = target?.field(path.split('.')[0] ?? '')
    return !target || !field || (isShown(field, entities) && allowed.includes(rights.field(target, field)))
  }
  const shown: Shown = {
    entities,
    path: (entity, path) => isSeen(['masked', 'read', 'edit'], entity, path),
    value: (entity, path) => isSeen(['read', 'edit'], entity, path),
    rights,
  }
  return {
    tenant: { slug: tenant.slug, title: tenant.title, isDemo: tenant.isDemo },
    version: snapshot.version,
    locales: snapshot.locales,
    baseCurrency: snapshot.baseCurrency,
    administer: canAdminister(model, actor),
    entities: readable.map((target) => clientEntity(model, target, shown)),
    relationships: relationshipsOf(snapshot, entities),
    forms: snapshot.forms.filter((form) => entities.has(form.entity)).map((form) => clientForm(form, shown)),
    views: snapshot.views.filter((view) => isOffered(model, view, shown)).map((view) => clientView(view, shown)),
    apps: snapshot.apps.map((app) => clientApp(app, entities)).filter((app) => app.navigation.length > 0),
    actions: offeredActions(model, plugins, entities)
      .filter((action) => action.input.every((field) => isTold(field, entities)))
      .map((action) => clientAction(model, action, shown)),
  }
}

/** Actions that some code stands behind now, of entities that may be read. */
export function offeredActions(
  { snapshot }: Model,
  plugins: Pick<PluginSet, 'find'>,
  entities: ReadonlySet<string>,
): Action[] {
  return (snapshot.actions ?? []).filter(
    ({ name, package: owner, entity }) =>
      entities.has(entity) && plugins.find(owner)?.behaviour.actions.includes(name.slice(owner.length + 1)),
  )
}

/** A form that asks for a record of an entity that the actor may not read could not be filled in, unless it may stay empty. */
const isTold = ({ required, options }: Field, entities: ReadonlySet<string>): boolean =>
  !required || (options.to ?? []).every((name) => entities.has(name))

function clientAction(model: Model, action: Action, shown: Shown): ClientAction {
  const { name, package: owner, entity, label, description, icon, on, input, visibleIf, confirm, isPromoted } = action
  const isKnown = visibleIf !== undefined && isReadableRule(model, entity, visibleIf, shown)
  return {
    ...{ name, package: owner, entity, label, icon, on, isPromoted },
    ...(description === undefined ? {} : { description }),
    // Whoever may not read what it goes by is told by the server.
    ...(isKnown ? { visibleIf } : {}),
    ...(confirm === undefined ? {} : { confirm }),
    input: input.map((field) => clientField(field, shown.entities)),
  }
}

/** A view that chooses by what the actor may not read would be refused. */
function isOffered(model: Model, view: View, shown: Shown): boolean {
  if (!shown.entities.has(view.entity)) return false
  return view.filter === undefined || isReadableRule(model, view.entity, view.filter, shown)
}

function isReadableRule(model: Model, entity: string, rule: unknown, { value }: Shown): boolean {
  const target = model.find(entity)
  if (!target) return false
  const checked = checkRule(rule, entityScope(model, target))
  return checked.ok && everyRead(model, target, checked.rule).every(({ owner, path }) => value(owner.entity.name, path))
}

function clientEntity(model: Model, target: EntityModel, { entities: names, rights }: Shown): ClientEntity {
  const { entity } = target
  const may = (operation: Operation): boolean => rights.can(target, operation)
  return {
    name: entity.name,
    package: entity.package,
    label: entity.label,
    plural: entity.plural,
    ...(entity.description === undefined ? {} : { description: entity.description }),
    icon: entity.icon,
    ownership: entity.ownership,
    traits: entity.traits,
    history: entity.history,
    activities: entity.activities,
    comments: entity.comments,
    files: entity.files,
    search: entity.search,
    isLink: entity.isLink,
    fields: entity.fields
      .filter((field) => isShown(field, names) && rights.field(target, field) !== 'none')
      .map((field) => ({
        ...withRight(clientField(field, names), rights.field(target, field)),
        ...(isPending(model, target, field) ? { isPending: true as const } : {}),
      })),
    uniques: entity.uniques.map(({ name, fields, message }) => ({
      name,
      fields,
      ...(message === undefined ? {} : { message }),
    })),
    inbound: inboundOf(model, entity, names),
    can: {
      create: may('create'),
      read: may('read'),
      update: may('update'),
      delete: may('delete'),
      export: may('export'),
      import: may('import'),
      share: may('share'),
    },
  }
}

function withRight(field: ClientField, right: FieldRight): ClientField {
  if (right === 'edit') return field
  if (right === 'read') return { ...field, isWritable: false }
  const { default: _hidden, ...told } = field
  return { ...told, ...MASKED, widget: 'readonly' }
}
const MASKED = { isWritable: false, isReadable: false, isSortable: false, isMasked: true } as const

/** A list of links, or a roll-up, over records that the actor may not read is not offered. */
function isShown(field: Field, names: ReadonlySet<string>): boolean {
  const { link, rollup, to = [] } = field.options
  if (link) return names.has(link.entity) && to.every((name) => names.has(name))
  return !rollup || names.has(rollup.entity)
}

function clientField(field: Field, names: ReadonlySet<string>): ClientField {
  const type = fieldType(field.type)
  const { rollup } = field.options
  const options = allowed(field.options)
  return {
    name: field.name,
    package: field.package,
    type: field.type,
    label: field.label,
    ...(field.help === undefined ? {} : { help: field.help }),
    required: field.required,
    unique: field.unique,
    searchable: field.searchable,
    readOnly: field.readOnly,
    personal: field.personal,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.requiredIf === undefined ? {} : { requiredIf: field.requiredIf }),
    ...(field.readOnlyIf === undefined ? {} : { readOnlyIf: field.readOnlyIf }),
    ...(field.visibleIf === undefined ? {} : { visibleIf: field.visibleIf }),
    widget: type.widget,
    isWritable: type.isWritable && !field.readOnly,
    isReadable: type.isReadable,
    isSortable: type.isSortable,
    options: {
      ...options,
      ...(options.to === undefined ? {} : { to: options.to.filter((name) => names.has(name)) }),
      ...(rollup === undefined ? {} : { rollup: rollupOf(rollup) }),
    },
  }
}

/** Options that the browser works with; physical names and the innards of roll-ups are not among them. */
const CLIENT_OPTIONS = [
  'min',
  'max',
  'minLength',
  'maxLength',
  'pattern',
  'integer',
  'scale',
  'format',
  'currencies',
  'rateDate',
  'zoned',
  'choices',
  'optionsFrom',
  'to',
  'traits',
  'onDelete',
  'match',
  'inverseLabel',
  'link',
  'numberPattern',
  'rule',
  'ruleType',
  'accept',
] as const satisfies readonly (keyof FieldOptions)[]
type ClientOptions = Pick<FieldOptions, (typeof CLIENT_OPTIONS)[number]>

function allowed(options: FieldOptions): ClientOptions {
  const picked: ClientOptions = {}
  const pick = <K extends keyof ClientOptions>(name: K): void => {
    const value = options[name]
    if (value !== undefined) picked[name] = value
  }
  for (const name of CLIENT_OPTIONS) pick(name)
  return picked
}

function rollupOf(rollup: NonNullable<Field['options']['rollup']>) {
  const { entity, aggregate, field } = rollup
  return { entity, aggregate, ...(field === undefined ? {} : { field }) }
}

function inboundOf(model: Model, entity: Entity, names: ReadonlySet<string>): ClientEntity['inbound'] {
  return entity.inbound
    .filter((one) => names.has(one.entity))
    .map(({ entity: other, field }) => {
      const label = model.find(other)?.field(field)?.options.inverseLabel
      return { entity: other, field, ...(label === undefined ? {} : { label }) }
    })
}

function relationshipsOf(snapshot: Snapshot, names: ReadonlySet<string>): ClientMeta['relationships'] {
  const isReachable = (end: { entities: readonly string[]; traits: readonly string[] }): boolean =>
    end.entities.some((name) => names.has(name)) ||
    snapshot.entities.some(
      (entity) => names.has(entity.name) && entity.traits.some((trait) => end.traits.includes(trait)),
    ) ||
    (end.entities.length === 0 && end.traits.length === 0)
  return snapshot.relationships
    .filter(({ from, to }) => isReachable(from) && isReachable(to))
    .map(({ name, package: owner, label, reverseLabel, from, to, symmetric }) => ({
      name,
      package: owner,
      label,
      reverseLabel,
      from,
      to,
      symmetric,
    }))
}

function clientForm({ name, package: owner, entity, label, facts, tabs }: Form, shown: Shown): Omit<Form, 'id'> {
  const keeps = (item: FormItem): boolean =>
    (item.related === undefined || shown.entities.has(item.related.entity)) &&
    (item.field === undefined || shown.path(entity, item.field))
  return {
    name,
    package: owner,
    entity,
    label,
    facts: facts.filter((fact) => shown.path(entity, fact)),
    tabs: tabs.map((tab) => ({
      ...tab,
      sections: tab.sections.map((section) => ({ ...section, items: section.items.filter(keeps) })),
    })),
  }
}

function clientView(view: View, shown: Shown): Omit<View, 'id'> {
  const { name, package: owner, entity, label, kind, filter, isDefault } = view
  return {
    name,
    package: owner,
    entity,
    label,
    kind,
    columns: view.columns.filter((column) => shown.path(entity, column.field)),
    ...(filter === undefined ? {} : { filter }),
    sort: view.sort.filter((key) => shown.value(entity, key.field)),
    group: view.group.filter((path) => shown.value(entity, path)),
    isDefault,
  }
}

function clientApp(
  { name, package: owner, label, icon, description, navigation }: App,
  names: ReadonlySet<string>,
): Omit<App, 'id'> {
  return {
    name,
    package: owner,
    label,
    icon,
    ...(description === undefined ? {} : { description }),
    navigation: navigation.filter((item) => names.has(item.entity)),
  }
}
