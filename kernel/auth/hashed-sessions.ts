// The auth library keeps session tokens as they are; this stands between it and its tables and keeps fingerprints
// instead, so that whoever reads the database or a backup has nobody's session.
import type { BetterAuthOptions } from 'better-auth'
import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/types'
import { fingerprint } from './token.ts'

type Adapter = DBAdapter<BetterAuthOptions>
type Inner = DBTransactionAdapter<BetterAuthOptions>

export function withHashedSessions(inner: Adapter): Adapter {
  return {
    ...inner,
    ...hashing(inner),
    transaction: (work) => inner.transaction((tx) => work({ ...tx, ...hashing(tx) })),
  }
}

/** Every operation of the adapter that may name a session by its token. */
function hashing(inner: Inner) {
  const operations: Omit<Inner, 'id' | 'createSchema' | 'options' | 'transaction'> = {
    async create<T extends Record<string, unknown>, R = T>(
      input: Parameters<typeof inner.create<T, R>>[0],
    ): Promise<R> {
      const token = input.model === 'session' ? tokenOf(input.data) : undefined
      if (token === undefined) return inner.create<T, R>(input)
      const row = await inner.create<T, R>({ ...input, data: { ...input.data, token: fingerprint(token) } })
      return { ...row, token }
    },
    findOne: async (input) => {
      const row = await inner.findOne<never>({ ...input, where: hashed(input.model, input.where) })
      return restore(input.model, input.where, row)
    },
    findMany: (input) =>
      inner.findMany({ ...input, ...(input.where ? { where: hashed(input.model, input.where) } : {}) }),
    count: (input) => inner.count({ ...input, ...(input.where ? { where: hashed(input.model, input.where) } : {}) }),
    update: async (input) => {
      const row = await inner.update<never>({ ...input, where: hashed(input.model, input.where) })
      return restore(input.model, input.where, row)
    },
    updateMany: (input) => inner.updateMany({ ...input, where: hashed(input.model, input.where) }),
    delete: (input) => inner.delete({ ...input, where: hashed(input.model, input.where) }),
    deleteMany: (input) => inner.deleteMany({ ...input, where: hashed(input.model, input.where) }),
    consumeOne: (input) => inner.consumeOne({ ...input, where: hashed(input.model, input.where) }),
    incrementOne: (input) => inner.incrementOne({ ...input, where: hashed(input.model, input.where) }),
  }
  return operations
}

function tokenOf(data: Readonly<Record<string, unknown>>): string | undefined {
  return typeof data['token'] === 'string' ? data['token'] : undefined
}

function hashed(model: string, where: Where[]): Where[] {
  if (model !== 'session') return where
  return where.map((one) => {
    if (one.field !== 'token') return one
    if (typeof one.value === 'string') return { ...one, value: fingerprint(one.value) }
    return Array.isArray(one.value) ? { ...one, value: one.value.map((value) => fingerprint(String(value))) } : one
  })
}

/** The library goes on with the token that it asked by. */
function restore<T>(model: string, where: readonly Where[], row: T | null): T | null {
  const token = model === 'session' ? where.find(({ field }) => field === 'token')?.value : undefined
  return row !== null && typeof token === 'string' ? { ...row, token } : row
}
