// What is tried out is tried on these.
import type { EntityModel } from '../catalog/model.ts'
import { parseListRequest } from '../parse/list-request.ts'
import type { Context } from '../run/context.ts'
import type { Database } from '../run/database.ts'
import { listRecords } from '../run/read-records.ts'

/** The records that were changed last, of those that whoever asks may read. */
export async function lastRecords(
  context: Context,
  database: Database,
  entity: EntityModel,
  last: number,
): Promise<readonly { id: string; display_name: string }[]> {
  const query = new URLSearchParams({ select: 'id,display_name', sort: '-updated_at', limit: String(last) })
  return JSON.parse(await listRecords(context, database, entity, parseListRequest(query))).data
}
