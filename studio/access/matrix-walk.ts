// How the keyboard walks through the matrix of a role: cells are buttons that name their row and their column.
import { OPERATIONS } from '../../sdk/metadata/rights.ts'

/** Row of the column heads. */
export const HEAD = ''
export const LABEL_COLUMN = 'label'
export const MENU_COLUMN = 'menu'
export const COLUMNS: readonly string[] = [LABEL_COLUMN, ...OPERATIONS, MENU_COLUMN]

export interface Place {
  row: string
  column: string
}

export function placeOf(node: EventTarget | null): Place | undefined {
  const found = node instanceof Element ? node.closest<HTMLElement>('[data-row][data-column]') : null
  return found ? { row: found.dataset['row'] ?? '', column: found.dataset['column'] ?? '' } : undefined
}

/** The button that an arrow, Home or End leads to; undefined: another key, or the edge. */
export function buttonAfter(matrix: HTMLElement, { row, column }: Place, key: string): HTMLElement | undefined {
  const isForward = getComputedStyle(matrix).direction === 'ltr'
  const across = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
  const down = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
  if (across !== 0) return inRow(matrix, row, COLUMNS.indexOf(column), isForward ? across : -across)
  if (down !== 0) return inColumn(matrix, { row, column }, down)
  if (key === 'Home') return inRow(matrix, row, -1, 1)
  return key === 'End' ? inRow(matrix, row, COLUMNS.length, -1) : undefined
}

function inColumn(matrix: HTMLElement, { row, column }: Place, step: number): HTMLElement | undefined {
  const rows = [
    ...new Set([...matrix.querySelectorAll<HTMLElement>('[data-row]')].map((one) => one.dataset['row'] ?? '')),
  ]
  for (let at = rows.indexOf(row) + step; at >= 0 && at < rows.length; at += step) {
    const found = buttonAt(matrix, rows[at] ?? '', column)
    if (found) return found
  }
  return undefined
}

function inRow(matrix: HTMLElement, row: string, from: number, step: number): HTMLElement | undefined {
  for (let at = from + step; at >= 0 && at < COLUMNS.length; at += step) {
    const found = buttonAt(matrix, row, COLUMNS[at] ?? '')
    if (found) return found
  }
  return undefined
}

function buttonAt(matrix: HTMLElement, row: string, column: string): HTMLElement | undefined {
  // Cards have no heads.
  return [...matrix.querySelectorAll<HTMLElement>(`[data-column="${column}"]`)].find(
    (one) => one.dataset['row'] === row && one.checkVisibility(),
  )
}
