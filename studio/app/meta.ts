// What the pages are drawn from: the projection of the current tenant's metadata (GET meta), with indexes.
import type { Text } from '../../sdk/metadata/source.ts'
import type { ClientEntity, ClientField, ClientMeta } from '../../sdk/wire/meta.ts'
import { api, setApiTenant } from './api.ts'
import { isPseudo, locale, t } from './i18n.ts'
import { pseudo } from './pseudo.ts'
import { forgetRecords } from './records.ts'
import { createStore } from './store.ts'

export type ClientForm = ClientMeta['forms'][number]
export type ClientView = ClientMeta['views'][number]
export type ClientApp = ClientMeta['apps'][number]

const POINTS: ReadonlySet<string> = new Set(['reference', 'parent', 'user', 'file', 'any_reference'])

/** What types point to that name no entity. */
const IMPLIED: Readonly<Record<string, string>> = { user: 'system.user', file: 'system.file' }

const EMPTY: ClientMeta = {
  tenant: { slug: '', title: '', isDemo: false },
  version: 0,
  locales: [],
  baseCurrency: 'EUR',
  administer: false,
  entities: [],
  relationships: [],
  forms: [],
  views: [],
  apps: [],
  actions: [],
}

/** The whole projection; changes when a tenant is entered and after a publish. */
export const metaStore = createStore<ClientMeta>(EMPTY)

let entities = new Map<string, ClientEntity>()
metaStore.subscribe((client) => {
  entities = new Map(client.entities.map((entity) => [entity.name, entity]))
})

export const meta = {
  get all(): ClientMeta {
    return metaStore.get()
  },
  get tenant(): ClientMeta['tenant'] {
    return metaStore.get().tenant
  },
  isLoaded: (slug: string): boolean => metaStore.get().tenant.slug === slug,
  entity: (name: string): ClientEntity | undefined => entities.get(name),
  /**
   * A field by name or by a path through references (`employer.name`). Standard fields (display_name, created_at,
   * owner …) answer too, read-only.
   */
  field(entity: string, path: string): ClientField | undefined {
    const [first = '', ...rest] = path.split('.')
    const owner = entities.get(entity)
    const field = owner?.fields.find(({ name }) => name === first) ?? (owner && standardField(owner, first))
    if (!field || rest.length === 0) return field
    const target = field.options.to?.length === 1 ? field.options.to[0] : undefined
    return target === undefined ? undefined : meta.field(target, rest.join('.'))
  },
  /**
   * Do names come along with what this field points to? Not where it leads to records that this person reads none of, nor
   * where its own value is masked.
   */
  bringsName(field: ClientField): boolean {
    if (field.isMasked || !POINTS.has(field.type)) return false
    if (field.type === 'any_reference') return true
    const target = field.options.to?.[0] ?? IMPLIED[field.type] ?? ''
    return entities.get(target)?.can.read === true
  },
  /** Own fields, then the standard ones a list may show. */
  fields: (entity: ClientEntity): readonly ClientField[] => [
    ...entity.fields,
    ...STANDARD.flatMap((name) => standardField(entity, name) ?? []),
  ],
  /** The form of an entity; the first one where there are several. */
  form: (entity: string): ClientForm | undefined => metaStore.get().forms.find((form) => form.entity === entity),
  forms: (entity: string): readonly ClientForm[] => metaStore.get().forms.filter((form) => form.entity === entity),
  /** Default view first. */
  views: (entity: string): readonly ClientView[] =>
    metaStore
      .get()
      .views.filter((view) => view.entity === entity)
      .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault)),
  app: (name: string): ClientApp | undefined => metaStore.get().apps.find((app) => app.name === name),
  /** Everyday work first; what runs the system itself stands last. */
  get apps(): readonly ClientApp[] {
    return metaStore.get().apps.toSorted((a, b) => Number(a.package === 'system') - Number(b.package === 'system'))
  },
}

/** Enter a tenant: everything read from the one before is forgotten. @throws ApiError */
export async function loadMeta(slug: string): Promise<void> {
  setApiTenant(slug)
  metaStore.set(await api.get<ClientMeta>('meta'))
}

/** After a publish: lists and records are asked again too. @throws ApiError */
export async function reloadMeta(): Promise<void> {
  const client = await api.get<ClientMeta>('meta')
  forgetRecords()
  metaStore.set(client)
}

/** A text of the metadata in the reader's language, else English, else whatever there is. */
export function text(value: Text | undefined): string {
  if (value === undefined) return ''
  const chosen = typeof value === 'string' ? value : inLanguage(value)
  return isPseudo() ? pseudo(chosen) : chosen
}

function inLanguage(texts: Readonly<Record<string, string>>): string {
  const tag = locale()
  const language = tag.split('-')[0] ?? 'en'
  return texts[tag] ?? texts[language] ?? texts['en'] ?? Object.values(texts)[0] ?? ''
}

/** Label of a path: `Employer › Name`. */
export function pathLabel(entity: string, path: string): string {
  const steps = path.split('.')
  return steps
    .map((_, index) => text(meta.field(entity, steps.slice(0, index + 1).join('.'))?.label))
    .filter((label) => label !== '')
    .join(' › ')
}

const STANDARD = [
  'display_name',
  'owner',
  'owner_team',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
] as const
type Standard = (typeof STANDARD)[number]
const isStandard = (name: string): name is Standard => STANDARD.some((one) => one === name)
const SHAPES = {
  display_name: { type: 'text', widget: 'text', options: {} },
  owner: { type: 'user', widget: 'reference', options: { to: ['system.user'] } },
  owner_team: { type: 'reference', widget: 'reference', options: { to: ['system.team'] } },
  created_at: { type: 'date_time', widget: 'datetime', options: {} },
  created_by: { type: 'user', widget: 'reference', options: { to: ['system.user'] } },
  updated_at: { type: 'date_time', widget: 'datetime', options: {} },
  updated_by: { type: 'user', widget: 'reference', options: { to: ['system.user'] } },
} as const satisfies Record<Standard, Pick<ClientField, 'type' | 'widget' | 'options'>>

function standardField(entity: ClientEntity, name: string): ClientField | undefined {
  if (!isStandard(name)) return undefined
  const isOwner = name === 'owner' || name === 'owner_team'
  if (isOwner && entity.ownership !== 'user' && entity.ownership !== 'team') return undefined
  return {
    name,
    package: 'system',
    label: t(`standard.${name}`),
    required: false,
    unique: false,
    searchable: name === 'display_name',
    readOnly: !isOwner,
    personal: 'none',
    isWritable: isOwner,
    isReadable: true,
    isSortable: true,
    ...SHAPES[name],
  }
}
