// The calls of `relata load`: the public API and nothing beside it.
import type { RecordsApi } from '../../client/records.ts'
import type { BulkAnswer } from '../../wire/records.ts'

export interface BulkApi {
  /** Value of a field → id, for those of `values` that have a record. */
  find(entity: string, field: string, values: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Values of these fields, joined by NUL, of the records of which the first is among `values`. */
  known(entity: string, fields: readonly string[], values: readonly string[]): Promise<ReadonlySet<string>>
  /** Rows as wire values; `line` in the answer counts the rows from 1. */
  send(entity: string, rows: readonly Record<string, unknown>[]): Promise<BulkAnswer>
}

/** Values in one question, so that addresses stay well below what servers allow. */
const FIND_VALUES = 40

export function bulkApi(records: Pick<RecordsApi, 'all' | 'bulk'>): BulkApi {
  return {
    async find(entity, field, values) {
      const found = new Map<string, string>()
      for (let from = 0; from < values.length; from += FIND_VALUES) {
        const filter = { in: [{ var: field }, values.slice(from, from + FIND_VALUES)] }
        for await (const record of records.all(entity, { select: ['id', field], filter })) {
          const value = record[field]
          if (typeof value === 'string') found.set(value, record.id)
        }
      }
      return found
    },
    async known(entity, fields, values) {
      const known = new Set<string>()
      const [first = ''] = fields
      const each = [...new Set(values)]
      for (let from = 0; from < each.length; from += FIND_VALUES) {
        const filter = { in: [{ var: first }, each.slice(from, from + FIND_VALUES)] }
        for await (const record of records.all(entity, { select: ['id', ...fields], filter }))
          known.add(fields.map((field) => String(record[field] ?? '')).join('\u0000'))
      }
      return known
    },
    send: (entity, rows) => records.bulk(entity, { rows }),
  }
}
