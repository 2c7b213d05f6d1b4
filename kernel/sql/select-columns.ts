// A selection as SQL columns, together with the writer that turns a row of them into JSON.
import type { EntityModel } from '../catalog/model.ts'
import type { Selected } from '../plan/selection.ts'
import { encodeText, encoderOf } from '../respond/encode-value.ts'
import { columnWriter, type EncodeRow, type Member, nullUnless, objectWriter } from '../respond/encoder.ts'
import { maskSql } from './mask-sql.ts'
import { Joins, type RowSource, RowSource as Source } from './row-source.ts'
import { ident, join, literal, type Sql, sql, toStatement } from './sql.ts'
import { fieldJson, wireJson } from './wire-json.ts'

/** Collects the columns of a statement; `add` answers the column's place in the row. */
export class ColumnList {
  readonly columns: Sql[] = []
  private readonly places = new Map<string, number>()

  /** @returns the column's place; the same column asked for twice stands once */
  add(column: Sql): number {
    const text = toStatement(column).text
    const isPlain = column.pieces.every((piece) => typeof piece === 'string')
    const known = isPlain ? this.places.get(text) : undefined
    if (known !== undefined) return known
    const place = this.columns.push(column) - 1
    this.places.set(text, place)
    return place
  }
}

/** The id of the very record that the reference leads to. */
const isId = (item: Selected): boolean =>
  item.kind === 'value' && item.path.steps.length === 0 && item.path.leaf.kind === 'standard' && item.path.path === 'id'

/** At most so many children of one record in a nested list. */
const MAX_CHILDREN = 100

/** Adds what the selection needs to `list`. */
export function selectColumns(selection: readonly Selected[], source: RowSource, list: ColumnList): EncodeRow {
  return objectWriter(selection.map((selected) => ({ key: selected.key, write: writerOf(selected, source, list) })))
}

function writerOf(selected: Selected, source: RowSource, list: ColumnList): EncodeRow {
  switch (selected.kind) {
    case 'value': {
      const column = source.resolved(selected.path)
      const index = list.add(column.sqlType === 'text[]' ? sql`to_json(${column.sql})` : column.sql)
      return columnWriter(index, encoderOf(column.sqlType))
    }
    case 'composite': {
      const parts = selected.field.columns.map((part) => ({ part, index: list.add(source.own(part.column)) }))
      const members = parts.map(
        ({ part, index }): Member => ({ key: part.part, write: columnWriter(index, encoderOf(part.sqlType)) }),
      )
      return nullUnless(
        parts.map(({ index }) => index),
        objectWriter(members),
      )
    }
    case 'masked':
      return columnWriter(list.add(maskSql(selected.field, source)), encodeText)
    case 'secret': {
      const [column] = selected.field.columns
      const index = list.add(sql`${source.own(column?.column ?? 'id')} IS NOT NULL`)
      return columnWriter(index, encoderOf('boolean'))
    }
    case 'one': {
      const target = source.follow(selected.step)
      const id = source.own(selected.step.column)
      return nullUnless(
        [list.add(id)],
        objectWriter(
          selected.items.map((item) => ({
            key: item.key,
            // The reference is the record's own: it is told also where what it leads to may not be seen.
            write: isId(item) ? columnWriter(list.add(id), encodeText) : writerOf(item, target, list),
          })),
        ),
      )
    }
    case 'any': {
      const [entity, id] = selected.field.columns
      if (!entity || !id) return () => 'null'
      const entityIndex = list.add(source.own(entity.column))
      const idIndex = list.add(source.own(id.column))
      const nameIndex = list.add(displayNameOfAny(selected.targets, source, entity.column, id.column))
      const members: Member[] = [
        { key: 'entity', write: columnWriter(entityIndex, encodeText) },
        { key: 'id', write: columnWriter(idIndex, encoderOf('uuid')) },
        { key: 'display_name', write: columnWriter(nameIndex, encodeText) },
      ]
      return nullUnless([idIndex], objectWriter(members))
    }
    case 'many': {
      const index = list.add(sql`(${childrenJson(selected, source)})::text`)
      return columnWriter(index, (raw) => raw)
    }
  }
}

function displayNameOfAny(
  targets: readonly EntityModel[],
  source: RowSource,
  entityColumn: string,
  idColumn: string,
): Sql {
  const { schema } = source.model.snapshot
  if (targets.length === 0) return sql`NULL::text`
  const cases = targets.map((target) => {
    const names = [target.entity.name, ...target.entity.aliases].map(literal)
    const seen = source.eyes?.(target, 't')
    const name = sql`(SELECT t.display_name FROM ${ident(schema, target.entity.table)} AS t WHERE t.id = ${source.own(idColumn)}${seen ? sql` AND ${seen}` : sql``})`
    return sql`WHEN ${source.own(entityColumn)} IN (${join(names, ', ')}) THEN ${name}`
  })
  return sql`CASE ${join(cases, ' ')} END`
}

function childrenJson(selected: Extract<Selected, { kind: 'many' }>, source: RowSource): Sql {
  // One letter a level: siblings stand in sub-queries of their own.
  const alias = `${source.alias}c`
  const joins = new Joins(`${alias}_`, source.eyes)
  const seen = source.eyes?.(selected.entity, alias)
  const child = new Source(source.model, selected.entity, alias, joins)
  const [via] = selected.via.columns
  const value = objectJson(selected.items, child)
  const table = ident(source.model.snapshot.schema, selected.entity.entity.table)
  return sql`SELECT COALESCE(jsonb_agg(x.v), '[]') FROM (SELECT ${value} AS v FROM ${table} AS ${ident(alias)}${joins.toSql()} WHERE ${child.own(
    via?.column ?? 'id',
  )} = ${source.own('id')} AND ${child.own('deleted_at')} IS NULL${seen ? sql` AND ${seen}` : sql``} ORDER BY ${child.own('id')} LIMIT ${literalNumber(MAX_CHILDREN)}) AS x`
}

const literalNumber = (value: number): Sql => sql`${literal(String(value))}::int`

/** jsonb_build_object takes at most 100 arguments, hence pieces of 40 members. */
function objectJson(items: readonly Selected[], source: RowSource): Sql {
  const pieces: Sql[] = []
  for (let from = 0; from < items.length; from += 40) {
    const pairs = items.slice(from, from + 40).map((item) => sql`${literal(item.key)}, ${itemJson(item, source)}`)
    pieces.push(sql`jsonb_build_object(${join(pairs, ', ')})`)
  }
  return join(pieces, ' || ')
}

function itemJson(item: Selected, source: RowSource): Sql {
  switch (item.kind) {
    case 'value': {
      const column = source.resolved(item.path)
      return wireJson(column.sql, column.sqlType)
    }
    case 'composite':
      return fieldJson(item.field, source.alias)
    case 'masked':
      return sql`to_jsonb(${maskSql(item.field, source)})`
    case 'secret':
      return sql`${source.own(item.field.columns[0]?.column ?? 'id')} IS NOT NULL`
    case 'one': {
      const target = source.follow(item.step)
      const id = source.own(item.step.column)
      return sql`CASE WHEN ${id} IS NULL THEN NULL ELSE ${objectJson(item.items, target)} || jsonb_build_object('id', ${id}) END`
    }
    case 'any': {
      const [entity, id] = item.field.columns
      if (!entity || !id) return sql`NULL::jsonb`
      const name = displayNameOfAny(item.targets, source, entity.column, id.column)
      return sql`CASE WHEN ${source.own(id.column)} IS NULL THEN NULL ELSE jsonb_build_object('entity', ${source.own(entity.column)}, 'id', ${source.own(id.column)}, 'display_name', ${name}) END`
    }
    case 'many':
      return sql`(${childrenJson(item, source)})`
  }
}
