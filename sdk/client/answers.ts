// What the server answered, checked before it is believed. Members that this client does not know pass through.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { PackageSource } from '../metadata/source.ts'
import type { WireComparison, WireMetadata, WirePlan, WirePublished, WireVersion } from '../wire/metadata.ts'
import type { BulkAnswer, HistoryEntry, ListAnswer, WireRecord } from '../wire/records.ts'
import { isObject, unusable } from './transport.ts'

/** @throws RL505 naming the first thing that is not as promised */
export function checkAnswer<T extends TSchema>(schema: T, answer: unknown): Static<T> {
  if (Value.Check(schema, answer)) return answer
  const first = Value.Errors(schema, answer).First()
  throw unusable(`gave an answer that is not as promised at ${first?.path || '/'}: ${first?.message ?? ''}`)
}

const ListedRecord = Type.Unsafe<WireRecord>(Type.Object({ id: Type.String() }))
const OneRecord = Type.Object({ id: Type.String(), version: Type.Integer() })
/** After a write, and of one record: what the generated types say of it beyond this is believed. */
export const recordAnswer = <R>() => Type.Unsafe<R>(OneRecord)
const Listed = Type.Object({ data: Type.Array(ListedRecord), next: Type.Union([Type.String(), Type.Null()]) })
export const listAnswer = <R>() => Type.Unsafe<ListAnswer<R>>(Listed)
export const Rows = Type.Object({ data: Type.Array(Type.Record(Type.String(), Type.Unknown())) })
export const HistoryAnswer = Type.Object({
  data: Type.Array(Type.Unsafe<HistoryEntry>(Type.Object({ version: Type.Integer(), operation: Type.String() }))),
  next: Type.Union([Type.Integer(), Type.Null()]),
})
export const BatchAnswer = Type.Object({ results: Type.Array(Type.Unknown()) })

const Rejection = Type.Object({
  line: Type.Integer(),
  field: Type.Optional(Type.String()),
  message: Type.String(),
  value: Type.Optional(Type.String()),
})
export const BulkLoaded = Type.Unsafe<BulkAnswer>(
  Type.Object({ accepted: Type.Integer(), rejected: Type.Integer(), errors: Type.Array(Rejection) }),
)

const Step = Type.Object({
  text: Type.String(),
  kind: Type.String(),
  phase: Type.String(),
  sql: Type.Array(Type.String()),
})
const Plan = Type.Object({
  fromVersion: Type.Integer(),
  steps: Type.Array(Step),
  needsConfirmation: Type.Array(Type.String()),
  droppable: Type.Array(Type.String()),
  warnings: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
})
export const PlanAnswer = Type.Unsafe<WirePlan>(Plan)
export const PublishedAnswer = Type.Unsafe<WirePublished>(
  Type.Object({ version: Type.Integer(), plan: Plan, jobs: Type.Array(Type.String()) }),
)
export const VersionList = Type.Object({
  data: Type.Array(Type.Unsafe<WireVersion>(Type.Object({ version: Type.Integer() }))),
})
export const ComparisonAnswer = Type.Unsafe<WireComparison>(
  Type.Object({ from: Type.Integer(), to: Type.Integer(), steps: Type.Array(Step) }),
)
const Source = Type.Unsafe<PackageSource>(
  Type.Object({ name: Type.String(), files: Type.Record(Type.String(), Type.Unknown()) }),
)
export const MetadataAnswer = Type.Unsafe<WireMetadata>(
  Type.Object({ version: Type.Integer(), packages: Type.Array(Source) }),
)

/** Results of a batch: the record of a create or update, null for the others. */
export function batchRecords(results: readonly unknown[]): (WireRecord | null)[] {
  return results.map((one) => (isObject(one) ? checkAnswer(recordAnswer<WireRecord>(), one) : null))
}
