// The columns of a list: which field, how wide, on which side; and what this person chose for a view on this device.
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import { type ClientView, meta, pathLabel } from '../app/meta.ts'
import { fitWidth, isNumeric, isUncut } from './column-width.ts'

export interface Column {
  path: string
  label: string
  field: ClientField
  widthPx: number
  /** Takes a share of the room that is left. */
  isFlexible: boolean
  isNumeric: boolean
}

export function columnsOf(
  entity: ClientEntity,
  view: ClientView | undefined,
  paths: readonly string[],
  widths: Widths,
): Column[] {
  return paths.flatMap((path, index) => {
    const field = meta.field(entity.name, path)
    if (!field) return []
    const label = pathLabel(entity.name, path)
    const byView = view?.columns.find((column) => column.field === path)?.widthPx
    const fit = fitWidth(entity.name, path, field, label, index === 0)
    const chosen = widths[path]
    return {
      path,
      label,
      field,
      // A view may give room, but not take away what a number needs.
      widthPx: chosen ?? (byView === undefined ? fit : isUncut(field) ? Math.max(byView, fit) : byView),
      isFlexible: chosen === undefined && !isUncut(field),
      isNumeric: isNumeric(field),
    }
  })
}

/** Fields that can be a column of this entity. */
export function possibleColumns(entity: ClientEntity): readonly ClientField[] {
  return meta.fields(entity).filter((field) => field.isReadable || field.isMasked)
}

/** Path → pixels. */
export type Widths = Readonly<Record<string, number>>

const keyOf = (kind: 'widths' | 'columns', entity: string, view: string): string =>
  `relata.${kind}.${meta.tenant.slug}.${entity}.${view}`

export function loadWidths(entity: string, view: string): Widths {
  const parsed = parse(localStorage.getItem(keyOf('widths', entity, view)))
  if (typeof parsed !== 'object' || parsed === null) return {}
  return Object.fromEntries(
    Object.entries(parsed).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  )
}
export function saveWidth(entity: string, view: string, path: string, widthPx: number): Widths {
  const widths = { ...loadWidths(entity, view), [path]: widthPx }
  localStorage.setItem(keyOf('widths', entity, view), JSON.stringify(widths))
  return widths
}

/** What this person made of a view's columns; null: as the view has them. */
export function loadChoice(entity: string, view: string): string | null {
  return localStorage.getItem(keyOf('columns', entity, view))
}
export function saveChoice(entity: string, view: string, columns: string | null): void {
  if (columns === null) {
    localStorage.removeItem(keyOf('columns', entity, view))
    localStorage.removeItem(keyOf('widths', entity, view))
  } else localStorage.setItem(keyOf('columns', entity, view), columns)
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
