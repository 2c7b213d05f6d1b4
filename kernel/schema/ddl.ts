// Data definition as text. Every name is quoted, every value a literal: nothing an author writes is ever SQL.
import { ident, join, literal, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import type { IndexShape } from './indexes.ts'
import type { ColumnShape, TableShape } from './physical.ts'

const text = (query: Sql): string => toStatement(query).text

/** What the kernel promises of its own columns. */
const STANDARD: Readonly<Record<string, string>> = {
  id: 'PRIMARY KEY',
  version: 'NOT NULL DEFAULT 1',
  created_at: 'NOT NULL DEFAULT now()',
  updated_at: 'NOT NULL DEFAULT now()',
}

const column = (shape: ColumnShape): Sql => {
  const promise = shape.field ? undefined : STANDARD[shape.name]
  return sql`${ident(shape.name)} ${trusted(shape.sqlType)}${trusted(promise === undefined ? '' : ` ${promise}`)}`
}

export function createTable(schema: string, table: TableShape): string {
  return text(sql`CREATE TABLE ${ident(schema, table.name)} (${join(table.columns.map(column), ', ')})`)
}

/** Rows that exist get `fill` without being rewritten; new rows name every column themselves. */
export function addColumn(schema: string, table: string, shape: ColumnShape): string[] {
  const name = ident(schema, table)
  if (shape.fill === undefined) return [text(sql`ALTER TABLE ${name} ADD COLUMN ${column(shape)}`)]
  const filled = sql`${literal(shape.fill)}::${trusted(shape.sqlType)}`
  return [
    text(sql`ALTER TABLE ${name} ADD COLUMN ${column(shape)} DEFAULT ${filled}`),
    text(sql`ALTER TABLE ${name} ALTER COLUMN ${ident(shape.name)} DROP DEFAULT`),
  ]
}

export function createSequence(schema: string, name: string): string {
  return text(sql`CREATE SEQUENCE ${ident(schema, name)}`)
}

export function createIndex(schema: string, table: string, index: IndexShape, isConcurrent = false): string {
  const kind = `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${isConcurrent ? 'CONCURRENTLY ' : ''}`
  return text(sql`${trusted(kind)}${ident(index.name)} ON ${ident(schema, table)} ${index.definition}`)
}

export const dropIndex = (schema: string, name: string): string => text(sql`DROP INDEX ${ident(schema, name)}`)
export const dropColumn = (schema: string, table: string, name: string): string =>
  text(sql`ALTER TABLE ${ident(schema, table)} DROP COLUMN ${ident(name)}`)
export const dropTable = (schema: string, name: string): string => text(sql`DROP TABLE ${ident(schema, name)} CASCADE`)
export const dropSequence = (schema: string, name: string): string => text(sql`DROP SEQUENCE ${ident(schema, name)}`)
