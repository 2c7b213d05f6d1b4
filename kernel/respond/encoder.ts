// A compiled writer of JSON for one shape of row. Keys are quoted once; a row costs one walk over its columns.
import type { RawRow } from '../run/database.ts'
import type { EncodeValue } from './encode-value.ts'

export type EncodeRow = (row: RawRow) => string

/** A member of the object: its key and how its value is written from the row. */
export interface Member {
  key: string
  write: EncodeRow
}

/** A column's value, or null. */
export function columnWriter(index: number, encode: EncodeValue): EncodeRow {
  return (row) => {
    const raw = row[index]
    return raw === null || raw === undefined ? 'null' : encode(raw)
  }
}

export function objectWriter(members: readonly Member[]): EncodeRow {
  const heads = members.map((member, index) => `${index === 0 ? '{' : ','}${JSON.stringify(member.key)}:`)
  const writers = members.map((member) => member.write)
  const count = writers.length
  if (count === 0) return () => '{}'
  return (row) => {
    let text = ''
    for (let index = 0; index < count; index++) text += (heads[index] as string) + (writers[index] as EncodeRow)(row)
    return `${text}}`
  }
}

/** null when all the columns are, as for an empty composite or a reference to nothing. */
export function nullUnless(indexes: readonly number[], write: EncodeRow): EncodeRow {
  return (row) => (indexes.some((index) => row[index] !== null) ? write(row) : 'null')
}

export function listWriter(write: EncodeRow): (rows: readonly RawRow[]) => string {
  return (rows) => {
    let text = '['
    for (let index = 0; index < rows.length; index++) text += (index === 0 ? '' : ',') + write(rows[index] as RawRow)
    return `${text}]`
  }
}
