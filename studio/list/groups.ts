// Groups of a view: rows come ordered by the group's fields first, and the first row of each group carries its name.
import { html, nothing } from 'lit'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { meta, pathLabel } from '../app/meta.ts'
import { cellText } from './cell-text.ts'
import type { Rows } from './rows.ts'
import { valueAt } from './select.ts'
import type { SortKey } from './state.ts'

/** The order that keeps groups together; a key that sorts within a group already may say its direction. */
export function groupedSort(group: readonly string[], sort: readonly SortKey[]): readonly SortKey[] {
  const first = group.map((path) => sort.find((key) => key.path === path) ?? ({ path, direction: 'asc' } as const))
  return [...first, ...sort.filter(({ path }) => !group.includes(path))]
}

/** Does a group begin at this row? Where the row before is not loaded, nobody knows, and nothing is said. */
export function startsGroup(rows: Rows, index: number, group: readonly string[]): boolean {
  if (group.length === 0) return false
  if (index === 0) return true
  const [before, here] = [rows.loaded.get(index - 1), rows.loaded.get(index)]
  return before !== undefined && here !== undefined && keyOf(before, group) !== keyOf(here, group)
}

const keyOf = (record: WireRecord, group: readonly string[]): string =>
  JSON.stringify(group.map((path) => identity(valueAt(record, path))))
/** Two references are the same when their ids are. */
const identity = (value: WireValue | undefined): WireValue =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
    ? value.id
    : (value ?? null)

export function renderGroup(entity: ClientEntity, record: WireRecord, group: readonly string[]) {
  if (group.length === 0) return nothing
  const parts = group.map((path) => ({
    label: pathLabel(entity.name, path),
    value: cellText(meta.field(entity.name, path), valueAt(record, path)) || t('list.group.none'),
  }))
  return html`<span class="rl-group"
    >${parts.map(
      ({ label, value }) =>
        html`<span><span class="rl-muted">${label}</span> <span translate="no">${value}</span></span>`,
    )}</span
  >`
}
