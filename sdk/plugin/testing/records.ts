// Records as a plugin's tests work with them: the calls that the plugin itself has, over HTTP and as an administrator.
import type { RelataClient } from '../../client/index.ts'
import { RelataError } from '../../errors.ts'
import type { EntityName, RecordOf } from '../index.ts'
import type { TestRecords } from './api.ts'

export function testRecords({ records }: RelataClient): TestRecords {
  // The server answers with what the generated types say of its entities.
  const typed = <E extends EntityName>(record: unknown): RecordOf<E> => record as RecordOf<E>
  return {
    async get(entity, id, { select } = {}) {
      try {
        return typed(await records.get(entity, id, select === undefined ? {} : { select: [select] }))
      } catch (error) {
        if (error instanceof RelataError && error.code === 'RL205') return null
        throw error
      }
    },
    async list(entity, { select, sort, ...query } = {}) {
      const { data, next } = await records.list(entity, {
        ...query,
        ...(select === undefined ? {} : { select: [select] }),
        ...(sort === undefined ? {} : { sort: [sort] }),
      })
      return { data: data.map((record) => typed(record)), next }
    },
    async count(entity, filter) {
      const { count } = await records.list(entity, {
        limit: 1,
        count: 'exact',
        ...(filter === undefined ? {} : { filter }),
      })
      return count?.value ?? 0
    },
    create: async (entity, values) => typed(await records.create(entity, { ...values })),
    async createMany(entity, many) {
      const made = await records.batch(many.map((values) => ({ op: 'create', entity, body: { ...values } })))
      return made.map((record) => typed(record))
    },
    update: async (entity, id, values, { version } = {}) =>
      typed(await records.update(entity, id, version ?? '*', { ...values })),
    delete: (entity, id) => records.delete(entity, id),
    restore: async (entity, id) => void (await records.restore(entity, id)),
  }
}
