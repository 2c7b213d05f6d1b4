// Metadata of an organisation: what is published, what a publish would do, publishing, and the versions there were. For
// its administrators.
import { isDeepStrictEqual } from 'node:util'
import { type TObject, Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import type { WireComparison, WireMetadata, WirePlan, WirePublished, WireTrial } from '../../sdk/wire/metadata.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { USER_ENTITY } from '../auth/members.ts'
import { requireAdminister } from '../auth/rights.ts'
import type { EntityModel } from '../catalog/model.ts'
import { isReadableRight } from '../plan/field-rights.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { pluginNames } from '../plugins/plugin-rows.ts'
import type { Context } from '../run/context.ts'
import type { Queryable } from '../run/database.ts'
import { differences } from '../schema/difference.ts'
import type { SchemaPublisher } from '../schema/publisher.ts'
import type { Trial } from '../schema/try-draft.ts'
import { latestVersion, listVersions, stepsOf, versionAt } from '../schema/versions.ts'
import type { PublishPlan, Services } from '../services.ts'
import { lastRecords } from './last-records.ts'
import { readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

const strict = { additionalProperties: false }
const Packages = Type.Array(
  Type.Object({ name: Words(40), files: Type.Record(Type.String(), Type.Unknown()) }, strict),
  { maxItems: 200 },
)
const Names = Type.Optional(Type.Array(Words(200), { maxItems: 1_000 }))
const PlanBody = Type.Object({ packages: Type.Optional(Packages), remove: Names, confirm: Names }, strict)
const Decision = {
  expectedVersion: Type.Optional(Type.Integer({ minimum: 0 })),
  confirm: Names,
  note: Type.Optional(Type.String({ maxLength: 2_000 })),
}
const PublishBody = Type.Object({ packages: Type.Optional(Packages), remove: Names, ...Decision }, strict)
const RestoreBody = Type.Object(Decision, strict)
const TryBody = Type.Object(
  {
    packages: Type.Optional(Packages),
    remove: Names,
    entity: Words(100),
    last: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  },
  strict,
)

export function metadataRoutes(services: Services, publisher: SchemaPublisher): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()

  app.get('/metadata', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const latest = await latestVersion(database, schemaOf(context))
      const body: WireMetadata = { version: latest?.version ?? 0, packages: latest?.sources ?? [] }
      return answer(body)
    }),
  )

  app.post('/metadata/plan', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const { packages, ...rest } = readBody(PlanBody, await readJson(c))
      return answer(wirePlan(await publisher.plan(context.loaded.tenant, sourcesOf(packages), rest)))
    }),
  )

  app.post('/metadata/try', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const { packages, remove, entity: name, last = 100 } = readBody(TryBody, await readJson(c))
      const draft = { packages: sourcesOf(packages), ...(remove ? { remove } : {}) }
      const entity = context.model.entity(name)
      const tried = await lastRecords(context, database, entity, last)
      const ids = tried.map(({ id }) => id)
      return answer(
        wireTrial(context, entity, tried, await publisher.tryOut(context.loaded.tenant, draft, entity, ids)),
      )
    }),
  )

  app.post('/metadata/publish', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const { packages, ...rest } = readBody(PublishBody, await readJson(c))
      await requireNoPlugin(database, schemaOf(context), sourcesOf(packages), rest.remove ?? [])
      const request = { ...rest, packages: sourcesOf(packages), by: context.actor.userId }
      return answer(wirePublished(await publisher.publish(context.loaded.tenant, request)))
    }),
  )

  app.get('/metadata/versions', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      return answer({ data: await listVersions(database, schemaOf(context), usersTable(context)) })
    }),
  )

  app.get('/metadata/compare', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const [from, to] = [versionNumber(c.req.query('from'), 'from'), versionNumber(c.req.query('to'), 'to')]
      const [before, after] = await Promise.all([from, to].map((one) => versionAt(database, schemaOf(context), one)))
      const changes = after ? differences(before, after) : []
      const steps = changes.map(({ text, kind }) => ({ text, kind, phase: 'now' as const, sql: [] }))
      const body: WireComparison = { from, to, steps }
      return answer(body)
    }),
  )

  app.get('/metadata/versions/:number', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const number = versionNumber(c.req.param('number'), 'version')
      const { sources } = await versionAt(database, schemaOf(context), number)
      const [told] = await listVersions(database, schemaOf(context), usersTable(context), number)
      return answer({ ...told, packages: sources, steps: await stepsOf(database, schemaOf(context), number) })
    }),
  )

  app.post('/metadata/versions/:number/restore', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const number = versionNumber(c.req.param('number'), 'version')
      const request = { ...readBody(RestoreBody, await readOptionalJson(c)), by: context.actor.userId }
      return answer(wirePublished(await publisher.restore(context.loaded.tenant, number, request)))
    }),
  )

  return app
}

/** The metadata of a plugin and its code go together. @throws RL214 */
async function requireNoPlugin(
  database: Queryable,
  schema: string,
  packages: readonly PackageSource[],
  remove: readonly string[],
): Promise<void> {
  const plugins = await pluginNames(database, schema)
  const meant = [...packages.map(({ name }) => name), ...remove].filter((name) => plugins.includes(name))
  if (meant.length === 0) return
  const present = (await latestVersion(database, schema))?.sources ?? []
  const isSame = (name: string) => {
    const [given, there] = [packages, present].map((list) => list.find((one) => one.name === name)?.files)
    return !remove.includes(name) && isDeepStrictEqual(given, there)
  }
  const changed = meant.find((name) => !isSame(name))
  if (changed === undefined) return
  throw new RelataError('RL214', `“${changed}” came as a plugin: its metadata goes together with its code.`, {
    hint: remove.includes(changed)
      ? `Remove it with POST plugins/${changed}/remove.`
      : 'Install its next version, or write what you want to change with "extends" in a package of your own.',
  })
}

type Body<T extends TObject> = T['static']

const answer = (body: unknown): Response => jsonAnswer(body, 200, { 'cache-control': 'private, no-store' })
const schemaOf = ({ model }: Context): string => model.snapshot.schema
const usersTable = ({ model }: Context): string | null => model.find(USER_ENTITY)?.entity.table ?? null
const sourcesOf = (packages: Body<typeof PublishBody>['packages']): PackageSource[] => packages ?? []

/** A restore needs no body. */
const readOptionalJson: typeof readJson = async (c) => ((c.req.header('content-type') ?? '') === '' ? {} : readJson(c))

/** Values of fields that the administrator may not read are left out. */
function wireTrial(
  { rights }: Context,
  entity: EntityModel,
  tried: readonly { id: string; display_name: string }[],
  { rules, refused, changed }: Trial,
): WireTrial {
  const named = (changes: Readonly<Record<string, readonly [WireValue, WireValue]>> = {}) =>
    Object.fromEntries(
      entity.entity.fields.flatMap((field) => {
        const pair = changes[field.id]
        return pair && isReadableRight(rights.field(entity, field)) ? [[field.name, pair]] : []
      }),
    )
  return {
    entity: entity.entity.name,
    tried: tried.length,
    rules,
    records: tried
      .filter(({ id }) => refused.has(id) || changed.has(id))
      .map((one) => ({ ...one, refused: refused.get(one.id) ?? [], changed: named(changed.get(one.id)) })),
  }
}

const wirePlan = ({ snapshot: _, ...plan }: PublishPlan): WirePlan => plan

function wirePublished(done: { version: number; plan: PublishPlan; jobs: readonly string[] }): WirePublished {
  return { version: done.version, plan: wirePlan(done.plan), jobs: done.jobs }
}

/** @throws RL104 */
function versionNumber(text: string | undefined, parameter: string): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text ?? '') && number > 0) return number
  throw new RelataError('RL104', `“${parameter}” must be the number of a version.`, {
    problems: [{ path: parameter, key: 'not_a_number', message: 'must be the number of a version' }],
  })
}
