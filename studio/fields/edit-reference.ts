// A record of one entity, or of one of several.
import { html, nothing } from 'lit'
import { until } from 'lit/directives/until.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { meta, text } from '../app/meta.ts'
import { records } from '../app/records.ts'
import { type Editor, type EditorContext, isObject, member, textOf } from './editor.ts'
import { knownName, nameOf, rememberName } from './names.ts'
import type { PickOption } from './picker.ts'
import './picker.ts'

const MOST_OFFERED = 20
const MOST_RECENT = 5
/** Chosen lately on this page, by entity; offered before anything is typed. */
const recent = new Map<string, readonly PickOption[]>()

/** Records of an entity by words of their names. */
export const recordSource =
  (entity: string, without: ReadonlySet<string> = new Set(), filter?: unknown) =>
  async (query: string): Promise<readonly PickOption[]> => {
    const asked = query === '' ? { sort: filter === undefined ? '-updated_at' : sortOf(entity) } : { q: query }
    const narrowed = filter === undefined ? asked : { ...asked, filter }
    const { data } = await records.list(entity, { select: 'display_name', limit: MOST_OFFERED, ...narrowed })
    const found = data.map(({ id, display_name }) => ({ value: id, label: display_name || t('list.unnamed') }))
    const lately = query === '' && filter === undefined ? (recent.get(entity) ?? []) : []
    const all = [...lately, ...found.filter(({ value }) => !lately.some((one) => one.value === value))]
    return all.filter(({ value }) => !without.has(value))
  }

/** What belongs to one record stands in the order of its list, such as the stages of a pipeline. */
function sortOf(entity: string): string {
  const keys = meta.views(entity)[0]?.sort ?? []
  return keys.map(({ field, direction }) => (direction === 'desc' ? `-${field}` : field)).join(',') || '-updated_at'
}

export function wasChosen(entity: string, option: PickOption): void {
  rememberName(entity, option.value, option.label)
  const others = (recent.get(entity) ?? []).filter(({ value }) => value !== option.value)
  recent.set(entity, [option, ...others].slice(0, MOST_RECENT))
}

/** The entity that a reference leads to. */
export function targetOf({ type, options }: ClientField): string {
  return options.to?.[0] ?? (type === 'user' ? 'system.user' : type === 'file' ? 'system.file' : '')
}

/** The id in a value as it was read: alone, or with the name beside it. */
export const idOf = (value: WireValue | undefined): string => textOf(value) || member(value, 'id')

/** Calls `draw` with the record's name, as soon as it is known. */
function withName<T>(entity: string, value: WireValue, draw: (chosen: PickOption | null) => T): T | unknown {
  const id = idOf(value)
  if (id === '') return draw(null)
  const given = member(value, 'display_name')
  if (given) rememberName(entity, id, given)
  const known = knownName(entity, id)
  if (known !== undefined) return draw({ value: id, label: known || t('list.unnamed') })
  const arriving = nameOf(entity, id).then((name) => draw({ value: id, label: name || id }))
  return until(arriving, draw({ value: id, label: '…' }))
}

function recordPicker(context: EditorContext, entity: string, change: (option: PickOption | null) => void) {
  const label = text(context.field.label)
  return withName(
    entity,
    context.value,
    (chosen) => html`<rl-picker
      ?clearable=${!context.required}
      .control=${context}
      .subject=${label}
      .placeholder=${t('fields.search')}
      .source=${recordSource(entity, undefined, context.offered)}
      .chosen=${chosen}
      @pick=${({ detail }: CustomEvent<PickOption | null>) => {
        if (detail) wasChosen(entity, detail)
        change(detail)
      }}
    ></rl-picker>`,
  )
}

export const editReference: Editor = (context) =>
  html`${recordPicker(context, targetOf(context.field), (option) => context.change(option?.value ?? null))}`

/** Entities that an any-reference may lead to. */
export function kindsOf({ options: { to = [], traits = [] } }: ClientField): readonly PickOption[] {
  return meta.all.entities
    .filter(({ name, isLink, can, traits: has }) =>
      to.length > 0
        ? to.includes(name)
        : can.read && !isLink && (traits.length === 0 || traits.some((trait) => has.includes(trait))),
    )
    .map(({ name, label }) => ({ value: name, label: text(label) }))
    .toSorted((a, b) => a.label.localeCompare(b.label))
}

/** The kind is remembered in the value, with no id, until a record is chosen. */
export const editAnyReference: Editor = (context) => {
  const kinds = kindsOf(context.field)
  const entity = member(context.value, 'entity') || (kinds.length === 1 ? (kinds[0]?.value ?? '') : '')
  const label = text(context.field.label)
  const kind = kinds.find(({ value }) => value === entity)
  return html`<span class="rl-any">
    <rl-picker
      .control=${{ ...context, id: entity ? `${context.id}-kind` : context.id, required: false }}
      .label=${t('fields.entity', { field: label })}
      .placeholder=${t('fields.chooseKind')}
      .source=${kinds}
      .chosen=${kind ?? (entity ? { value: entity, label: entity } : null)}
      @pick=${({ detail }: CustomEvent<PickOption | null>) => context.change(detail && { entity: detail.value, id: null })}
    ></rl-picker>
    ${
      entity === ''
        ? nothing
        : recordPicker(context, entity, (option) =>
            context.change(option && { entity, id: option.value, display_name: option.label }),
          )
    }
  </span>`
}

export const isHalfChosen = (value: WireValue): boolean => isObject(value) && 'entity' in value && !value['id']
