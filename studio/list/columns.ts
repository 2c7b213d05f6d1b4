// The columns of a list: which field, how wide, on which side; and what this person chose for a view on this device.
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import { type ClientView, meta, pathLabel } from '../app/meta.ts'

export interface Column {
  path: string
  label: string
  field: ClientField
  widthPx: number
  /** Takes a share of the room that is left. */
  isFlexible: boolean
  isNumeric: boolean
}

const WIDTHS: Readonly<Record<string, number>> = {
  number: 110,
  money: 165,
  percent: 90,
  checkbox: 90,
  date: 120,
  datetime: 160,
  choice: 140,
  choices: 180,
  email: 200,
  phone: 150,
  url: 180,
  personName: 180,
  reference: 180,
  address: 240,
  multiline: 240,
  file: 160,
  json: 160,
}
const NAME_WIDTH = 260
const NUMBER_WIDTH = 120
const NUMERIC: ReadonlySet<string> = new Set(['number', 'money', 'percent'])
const NUMERIC_TYPES: ReadonlySet<string> = new Set(['decimal', 'rollup'])

/** Is a value of this field a number, to be set to the right with even digits? */
export function isNumeric({ widget, type, options }: ClientField): boolean {
  if (NUMERIC.has(widget)) return true
  if (type === 'formula') return options.ruleType?.kind === 'number' || options.ruleType?.kind === 'decimal'
  return NUMERIC_TYPES.has(type)
}

export function columnsOf(
  entity: ClientEntity,
  view: ClientView | undefined,
  paths: readonly string[],
  widths: Widths,
): Column[] {
  return paths.flatMap((path) => {
    const field = meta.field(entity.name, path)
    if (!field) return []
    const byView = view?.columns.find((column) => column.field === path)?.widthPx
    const chosen = widths[path]
    const isName = path === 'display_name' || path === paths[0]
    return {
      path,
      label: pathLabel(entity.name, path),
      field,
      widthPx:
        chosen ?? byView ?? (isName ? NAME_WIDTH : (WIDTHS[field.widget] ?? (isNumeric(field) ? NUMBER_WIDTH : 160))),
      // Numbers stay beside their unit's width; words take a share of what is left.
      isFlexible: chosen === undefined && !isNumeric(field) && field.widget !== 'checkbox',
      isNumeric: isNumeric(field),
    }
  })
}

/** Fields that can be a column of this entity. */
export function possibleColumns(entity: ClientEntity): readonly ClientField[] {
  return meta.fields(entity).filter((field) => field.isReadable)
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
