// Taking work up. pg-boss sorts everything that waits to find what is next, each time: a bulk load that leaves a hook
// a hundred thousand records would take days. Here a fetch looks at some hundred rows, however many wait.
//
// What may be taken is what pg-boss says of `key_strict_fifo`: of each key the first, and none while another of it is
// under way or waits for its next try. Tenants take turns, each with so many at once as the kind allows.
import type { BossDatabase } from './boss-database.ts'
import type { Stored } from './kinds.ts'
import { JOB, SCHEMA } from './own-statements.ts'

export interface Taken {
  id: string
  data: Stored
  /** How often it was tried before. */
  retryCount: number
}

/** A place in the order in which work of a tenant is due. */
interface Place {
  at: string
  id: string
}

/** Of one kind, where the last look ended. The next one goes on there. */
export interface Turn {
  /** Schema of the tenant that came last. */
  tenant: string
  /** Of tenants whose front holds nothing but what has to wait for its key. */
  behind: Map<string, Place>
}

export const firstTurn = (): Turn => ({ tenant: '', behind: new Map() })

interface Waiting {
  tenant: string
  /** How much more it may have under way. */
  places: number
}

/** So many rows of a tenant are looked at for what may be taken. */
const FRONT = 200
/** So many times as much behind it, when there it has nothing. */
const PIECES = 20
const TENANTS = 500
const BEGINNING: Place = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

const WAITS = `state < 'active' AND NOT blocked`
const READY = `${WAITS} AND start_after <= ${SCHEMA}.job_now()`
const DUE = `name = $1 AND group_id = t.tenant AND ${READY} AND (start_after, id) > (t.at::timestamptz, t.after) ORDER BY start_after, id`

/** From index to index of the next tenant: what each of them has waiting is not read. */
const TENANTS_IN_TURN = `
  WITH RECURSIVE turn AS (
    (SELECT group_id FROM ${JOB} WHERE name = $1 AND group_id > $2 AND ${WAITS} ORDER BY group_id LIMIT 1)
    UNION ALL
    SELECT (SELECT j.group_id FROM ${JOB} AS j WHERE name = $1 AND j.group_id > turn.group_id AND ${WAITS} ORDER BY j.group_id LIMIT 1)
    FROM turn WHERE turn.group_id IS NOT NULL
  )
  SELECT group_id AS tenant, $3::int - (SELECT count(*)::int FROM ${JOB} WHERE name = $1 AND state = 'active' AND group_id = turn.group_id) AS places
  FROM turn WHERE group_id IS NOT NULL LIMIT ${TENANTS}`

const ASKED = `unnest($2::text[], $3::int[], $4::text[], $5::uuid[]) AS t (tenant, places, at, after)`

const TAKE = `
  WITH ready AS (
    SELECT head.id FROM ${ASKED}
    CROSS JOIN LATERAL (
      SELECT front.id FROM (SELECT id, singleton_key FROM ${JOB} WHERE ${DUE} LIMIT ${FRONT}) AS front
      WHERE front.id = (
          SELECT id FROM ${JOB} WHERE name = $1 AND singleton_key = front.singleton_key AND policy = 'key_strict_fifo' AND ${READY}
          ORDER BY state DESC, created_on, id LIMIT 1)
        AND NOT EXISTS (
          SELECT FROM ${JOB} AS other WHERE name = $1 AND singleton_key = front.singleton_key AND policy = 'key_strict_fifo'
            AND state IN ('active', 'retry', 'failed') AND other.id <> front.id)
      LIMIT t.places
    ) AS head
    LIMIT $6
  ), held AS MATERIALIZED (
    SELECT id FROM ${JOB} WHERE name = $1 AND id = ANY (ARRAY(SELECT id FROM ready)) AND ${READY} FOR UPDATE SKIP LOCKED
  )
  UPDATE ${JOB} SET state = 'active', started_on = ${SCHEMA}.job_now(), heartbeat_on = ${SCHEMA}.job_now(),
    retry_count = CASE WHEN started_on IS NULL THEN retry_count ELSE retry_count + 1 END
  WHERE name = $1 AND id = ANY (ARRAY(SELECT id FROM held))
  RETURNING id, data, retry_count AS "retryCount", group_id AS tenant`

/** Where the rows end that were looked at, of those tenants that have more. */
const ENDS = `
  SELECT t.tenant, last.at, last.id FROM ${ASKED}
  CROSS JOIN LATERAL (SELECT start_after::text AS at, id::text AS id FROM ${JOB} WHERE ${DUE} OFFSET ${FRONT - 1} LIMIT 1) AS last`

/** Order in which work of a tenant is due: by this index a tenant's front is read, and the next tenant found. */
export async function keepIndex(db: BossDatabase): Promise<void> {
  const { rows } = await db.executeSql(`SELECT to_regclass('${SCHEMA}.relata_due') AS index`)
  if (rows[0]?.index !== null) return
  // Two servers that start at once make it once.
  await db.executeSql(`DO $$ BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('${SCHEMA}.relata_due'));
    CREATE INDEX IF NOT EXISTS relata_due ON ${JOB}_common (name, group_id, start_after, id) WHERE ${WAITS};
  END $$`)
}

/** At most `most` pieces that are now ours, in no order between keys. Moves `turn` on. */
export async function takeReady(
  db: BossDatabase,
  kind: string,
  turn: Turn,
  { most, perTenant }: { most: number; perTenant: number },
): Promise<Taken[]> {
  const waiting = await tenantsInTurn(db, kind, turn, perTenant)
  const free = waiting.filter(({ places }) => places > 0)
  if (free.length === 0) return []
  const front = await takeAfter(db, kind, free, () => BEGINNING, most)
  turn.tenant = front.length < most ? '' : (front.at(-1)?.tenant ?? '')
  if (front.length === most) return front
  const rest = leftOf(free, front)
  return rest.length === 0 ? front : [...front, ...(await takeBehind(db, kind, turn, rest, most - front.length))]
}

async function tenantsInTurn(db: BossDatabase, kind: string, { tenant }: Turn, perTenant: number): Promise<Waiting[]> {
  const after = async (start: string) => waitingOf(await db.executeSql(TENANTS_IN_TURN, [kind, start, perTenant]))
  const next = await after(tenant)
  return tenant === '' ? next : [...next, ...(await after('')).filter((one) => one.tenant <= tenant)]
}

/** Tenants whose front has nothing (more) that may be taken: round and round through all that they have, some pieces a time. */
async function takeBehind(
  db: BossDatabase,
  kind: string,
  turn: Turn,
  rest: readonly Waiting[],
  most: number,
): Promise<Taken[]> {
  for (let piece = 0; piece < PIECES; piece++) {
    const ends = await endsOf(db, kind, rest, (tenant) => turn.behind.get(tenant) ?? BEGINNING)
    for (const { tenant } of rest) if (!ends.has(tenant)) turn.behind.delete(tenant)
    for (const [tenant, place] of ends) turn.behind.set(tenant, place)
    const more = rest.filter(({ tenant }) => ends.has(tenant))
    if (more.length === 0) return []
    const taken = await takeAfter(db, kind, more, (tenant) => ends.get(tenant) ?? BEGINNING, most)
    if (taken.length > 0) return taken
  }
  return []
}

type Row = Taken & { tenant: string }

async function takeAfter(
  db: BossDatabase,
  kind: string,
  tenants: readonly Waiting[],
  from: (tenant: string) => Place,
  most: number,
): Promise<Row[]> {
  const { rows } = await db.executeSql(TAKE, [kind, ...asked(tenants, from), most])
  return rows.map(({ id, data, retryCount, tenant }) => ({ id, data, retryCount, tenant }))
}

async function endsOf(
  db: BossDatabase,
  kind: string,
  tenants: readonly Waiting[],
  from: (tenant: string) => Place,
): Promise<Map<string, Place>> {
  const { rows } = await db.executeSql(ENDS, [kind, ...asked(tenants, from)])
  return new Map(rows.map(({ tenant, at, id }) => [String(tenant), { at: String(at), id: String(id) }]))
}

function asked(tenants: readonly Waiting[], from: (tenant: string) => Place): unknown[] {
  const places = tenants.map(({ tenant }) => from(tenant))
  return [
    tenants.map(({ tenant }) => tenant),
    tenants.map(({ places }) => places),
    places.map(({ at }) => at),
    places.map(({ id }) => id),
  ]
}

function leftOf(tenants: readonly Waiting[], taken: readonly Row[]): Waiting[] {
  const counts = new Map<string, number>()
  for (const { tenant } of taken) counts.set(tenant, (counts.get(tenant) ?? 0) + 1)
  return tenants
    .map(({ tenant, places }) => ({ tenant, places: places - (counts.get(tenant) ?? 0) }))
    .filter(({ places }) => places > 0)
}

function waitingOf({ rows }: { rows: { tenant?: unknown; places?: unknown }[] }): Waiting[] {
  return rows.map(({ tenant, places }) => ({ tenant: String(tenant), places: Number(places) }))
}
