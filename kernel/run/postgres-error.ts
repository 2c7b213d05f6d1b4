// What PostgreSQL refuses, in the words of this system. SQLSTATE classes: appendix A of the PostgreSQL manual.
import { RelataError } from '../../sdk/errors.ts'
import type { EntityModel, Model } from '../catalog/model.ts'

interface PostgresError {
  code: string
  message: string
  constraint_name?: string
  table_name?: string
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && error.name === 'PostgresError' && 'code' in error && typeof error.code === 'string'
}

/** Constraint of the outbox that refuses writes planned with too old a version (schema/fence.ts). */
export const FENCE = '_outbox__fence'

/** The statement was made for another version of the tables: load the snapshot and plan once more. */
export function isStalePlan(error: unknown): boolean {
  if (!isPostgresError(error)) return false
  return (
    error.code === '42703' ||
    error.code === '42P01' ||
    (error.code === '23514' && error.constraint_name === FENCE) ||
    (error.code === '0A000' && error.message.includes('cached plan'))
  )
}

/** Deadlock or serialisation failure: the same work may be done again. */
export function isRetryable(error: unknown): boolean {
  return isPostgresError(error) && (error.code === '40P01' || error.code === '40001')
}

export function isUniqueViolation(error: unknown): boolean {
  return isPostgresError(error) && error.code === '23505'
}

const CONNECTION_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
])

/** @returns the error to throw; errors that are already ours pass through. */
export function fromPostgres(error: unknown, model?: Model, entity?: EntityModel): unknown {
  if (error instanceof RelataError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (CONNECTION_CODES.has(code)) return new RelataError('RL501', 'The database cannot be reached.', { cause: error })
  if (!isPostgresError(error)) return error
  if (code === '23505') return duplicate(error, model, entity)
  if (code === '23503')
    return new RelataError('RL209', 'Other records still point to this one, or it points to one that is gone.', {
      cause: error,
    })
  if (code === '57014') return new RelataError('RL503', 'The request took too long.', { cause: error })
  if (code === '55P03' || isRetryable(error))
    return new RelataError('RL502', 'The records are being changed by someone else.', {
      cause: error,
      hint: 'Try again.',
    })
  if (code === '54000')
    return new RelataError('RL206', 'A text is too long for an index.', { detail: error.message, cause: error })
  if (code.startsWith('22'))
    return new RelataError('RL206', 'A value is outside what can be stored or compared.', {
      detail: error.message,
      cause: error,
    })
  return error
}

function duplicate(error: PostgresError, model: Model | undefined, entity: EntityModel | undefined): RelataError {
  const owner =
    entity?.entity.table === error.table_name
      ? entity
      : model?.all().find((candidate) => candidate.entity.table === error.table_name)
  const unique = owner?.entity.uniques.find(({ index }) => index === error.constraint_name)
  const names = unique?.fields ?? []
  const text =
    names.length === 0 ? 'A record like this exists already.' : `Another record has the same ${names.join(' and ')}.`
  return new RelataError('RL207', text, {
    problems: names.map((name) => ({ path: `/${name}`, key: 'not_unique', message: 'is used by another record' })),
    cause: error,
  })
}
