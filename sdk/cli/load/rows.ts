// A line of a CSV file as a row: values for fields, and names of the records that references lead to. Pure.
import { readCell } from './cells.ts'
import type { Column, FileMap } from './mapping.ts'

export interface Row {
  line: number
  values: Record<string, unknown>
  /** Field → what the cell calls the record that the field points to. */
  names: Map<string, string>
}

export type ReadRow = { ok: true; row: Row; corrected: number } | { ok: false; field: string; message: string }

/** @param cells as many as the header has */
export function readRow(
  map: FileMap,
  header: readonly string[],
  cells: readonly string[],
  line: number,
  useCorrections: boolean,
): ReadRow {
  const row: Row = { line, values: { ...map.set }, names: new Map() }
  const texts = new Map<string, string>()
  let corrected = 0
  for (const [at, name] of header.entries()) {
    for (const [index, column] of (map.columns.get(name) ?? []).entries()) {
      const raw = cells[at] ?? ''
      const text = useCorrections ? corrections(raw, column) : raw
      if (text !== raw) corrected++
      if (index === 0) texts.set(name, text.trim())
      const cell = column.values ? translated(text.trim(), column.values) : readCell(text, column)
      if (!cell.ok) return { ok: false, field: column.field, message: cell.message }
      if (cell.value === null) continue
      if (column.lookup) row.names.set(column.field, String(cell.value))
      else row.values[column.field] = cell.value
    }
  }
  for (const [field, joined] of map.joined) {
    const text = joined.columns.flatMap((name) => texts.get(name) || []).join(joined.with)
    if (text !== '') row.values[field] = text
  }
  return { ok: true, row, corrected }
}

const corrections = (text: string, { corrections: known = {} }: Column): string =>
  Object.hasOwn(known, text.trim()) ? (known[text.trim()] ?? text) : text

function translated(text: string, values: Readonly<Record<string, unknown>>) {
  if (Object.hasOwn(values, text)) return { ok: true, value: values[text] } as const
  if (text === '') return { ok: true, value: null } as const
  return { ok: false, message: `is none of the texts that the mapping has values for (“${text}”)` } as const
}

/** Equal for rows of one record. Undefined: one of the fields of the key is empty. */
export function keyOf({ values, names }: Row, key: readonly string[]): string | undefined {
  const parts = key.map((field) => names.get(field) ?? values[field])
  if (parts.length === 0 || parts.some((part) => part === undefined || part === null)) return undefined
  return parts.map(String).join('\u0000')
}

export const sameRow = (a: Row, b: Row): boolean =>
  JSON.stringify([a.values, [...a.names]]) === JSON.stringify([b.values, [...b.names]])
