// What the browser is told about a tenant: an allow-list made from the snapshot, cut down to what the actor may see.
import type {
  Action,
  App,
  Entity,
  Field,
  FieldOptions,
  Form,
  Operation,
  RelationshipType,
  Unique,
  View,
} from '../metadata/snapshot.ts'
import type { Widget } from '../fields/types.ts'

export interface ClientMeta {
  tenant: { slug: string; title: string; isDemo: boolean }
  version: number
  locales: readonly string[]
  baseCurrency: string
  administer: boolean
  entities: readonly ClientEntity[]
  relationships: readonly Pick<
    RelationshipType,
    'name' | 'package' | 'label' | 'reverseLabel' | 'from' | 'to' | 'symmetric'
  >[]
  forms: readonly Omit<Form, 'id'>[]
  views: readonly Omit<View, 'id'>[]
  apps: readonly Omit<App, 'id'>[]
  /** Of plugins that are on, for entities that the actor may read. */
  actions: readonly ClientAction[]
}

export interface ClientAction
  extends Pick<
    Action,
    'name' | 'package' | 'entity' | 'label' | 'description' | 'icon' | 'on' | 'visibleIf' | 'confirm' | 'isPromoted'
  > {
  input: readonly ClientField[]
}

export interface ClientEntity
  extends Pick<
    Entity,
    | 'name'
    | 'package'
    | 'label'
    | 'plural'
    | 'description'
    | 'icon'
    | 'ownership'
    | 'traits'
    | 'history'
    | 'activities'
    | 'comments'
    | 'files'
    | 'search'
    | 'isLink'
  > {
  fields: readonly ClientField[]
  uniques: readonly Pick<Unique, 'name' | 'fields' | 'message'>[]
  /** References of other entities to this one: its possible related lists. */
  inbound: readonly { entity: string; field: string; label?: Entity['label'] }[]
  can: Readonly<Record<Operation, boolean>>
}

export interface ClientField
  extends Pick<
    Field,
    | 'name'
    | 'package'
    | 'type'
    | 'label'
    | 'help'
    | 'required'
    | 'unique'
    | 'searchable'
    | 'readOnly'
    | 'personal'
    | 'default'
    | 'requiredIf'
    | 'readOnlyIf'
    | 'visibleIf'
  > {
  widget: Widget
  isWritable: boolean
  isReadable: boolean
  isSortable: boolean
  /** The roles of the actor let them see that there is a value, and perhaps how it ends: a text, whatever the type. */
  isMasked?: true
  /** Its values are still being computed: null in answers, and refused in filters and sorts (RL212) until they are there. */
  isPending?: true
  options: Omit<FieldOptions, 'sequence' | 'rollup'> & {
    rollup?: { entity: string; aggregate: string; field?: string }
  }
}
