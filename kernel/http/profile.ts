// What a person says about themselves in an organisation: how they are called, and how dates, texts and pages look.
import { type Static, Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { type Problem, RelataError } from '../../sdk/errors.ts'
import type { Actor } from '../actor.ts'
import type { Model } from '../catalog/model.ts'
import { baseName, isReadOnly } from '../catalog/narrowed-role.ts'
import { canAdminister } from '../catalog/rights.ts'
import { USER_ENTITY } from '../auth/members.ts'
import { canonicalLocale, isTimeZone } from '../auth/preferences.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import { ALL_RIGHTS } from '../plan/rights.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import type { Context } from '../run/context.ts'
import type { Queryable } from '../run/database.ts'
import { updateRecord } from '../run/write-records.ts'
import type { Services } from '../services.ts'
import { sql } from '../sql/sql.ts'
import { Emptiable, invalid, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

export interface Profile {
  user_id: string
  display_name: string
  email: string | null
  locale: string | null
  time_zone: string | null
  theme: string
  roles: readonly string[]
  administer: boolean
  /** Teams of the person, those below them as well, and the partner that they belong to: rules of forms may ask. */
  teams: readonly string[]
  teams_below: readonly string[]
  organisation: string | null
}

const Changes = Type.Object(
  {
    display_name: Type.Optional(Words(120)),
    locale: Emptiable(Words(35)),
    time_zone: Emptiable(Words(64)),
    theme: Type.Optional(Words(20)),
  },
  { additionalProperties: false },
)

export function profileRoutes(services: Services): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()

  app.get('/me', (c) =>
    inTenant(c, services, async ({ model, actor }) => noStore(await readProfile(database, model, actor))),
  )

  app.patch('/me', (c) =>
    inTenant(c, services, async (context) => {
      if (context.actor.roles.some(isReadOnly)) throw new RelataError('RL301', 'This API key only reads.')
      const body = toFields(readBody(Changes, await readJson(c)))
      // Everyone may say this much about themselves, whatever their role; the row is their own by construction.
      const own: Context = { ...context, rights: ALL_RIGHTS }
      const { entity } = systemTable(context.model, USER_ENTITY)
      if (Object.keys(body).length > 0)
        await updateRecord(own, { database }, entity, context.actor.userId, undefined, body)
      return noStore(await readProfile(database, context.model, context.actor))
    }),
  )

  return app
}

const noStore = (body: Profile): Response => jsonAnswer(body)

/** @returns fields of the user's record @throws RL206 */
function toFields({ display_name, locale, time_zone, theme }: Static<typeof Changes>): Record<string, string | null> {
  const problems: Problem[] = []
  const tag = typeof locale === 'string' ? canonicalLocale(locale) : locale
  if (tag === null && locale !== null)
    problems.push({ path: '/locale', key: 'not_a_locale', message: 'is not a language tag such as en-GB' })
  if (typeof time_zone === 'string' && !isTimeZone(time_zone)) {
    problems.push({ path: '/time_zone', key: 'not_a_time_zone', message: 'is not a time zone such as Europe/Berlin' })
  }
  if (problems.length > 0) throw invalid(problems)
  return {
    ...(display_name === undefined ? {} : { name: display_name }),
    ...(tag === undefined ? {} : { locale: tag }),
    ...(time_zone === undefined ? {} : { time_zone }),
    ...(theme === undefined ? {} : { theme }),
  }
}

async function readProfile(database: Queryable, model: Model, actor: Actor): Promise<Profile> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const [row] = await runSql(
    database,
    sql`SELECT ${col('display_name')}, ${col('email')}, ${col('locale')}, ${col('time_zone')}, ${col('theme')} FROM ${name} WHERE ${col('id')} = ${value('id', actor.userId)}`,
  )
  return {
    user_id: actor.userId,
    display_name: row?.[0] ?? actor.displayName,
    email: row?.[1] ?? actor.email,
    locale: row?.[2] ?? null,
    time_zone: row?.[3] ?? null,
    theme: row?.[4] ?? 'system',
    roles: actor.roles.map(baseName),
    administer: canAdminister(model, actor),
    teams: actor.circle.teams,
    teams_below: actor.circle.teamsBelow,
    organisation: actor.circle.organisation,
  }
}
