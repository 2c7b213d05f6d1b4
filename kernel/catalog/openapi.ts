// The OpenAPI 3.1 description of one tenant's API, made from its model and cut down to what the actor may do.
import type { Entity, Field, Operation } from '../../sdk/metadata/snapshot.ts'
import type { Actor } from '../actor.ts'
import type { TenantInfo } from './loaded-tenant.ts'
import type { EntityModel, Model } from './model.ts'
import { ACCESS_SCHEMAS } from './openapi-access.ts'
import { entityPaths } from './openapi-records.ts'
import { PARAMETERS, type PathItem, RESPONSES, SHARED_SCHEMAS } from './openapi-shared.ts'
import { tenantPaths } from './openapi-tenant.ts'
import { entitySchemas, type JsonSchema } from './openapi-schemas.ts'
import type { KnownRights } from './projection.ts'
import { canAdminister } from './rights.ts'

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: JsonSchema
  servers: readonly { url: string }[]
  security: readonly JsonSchema[]
  tags: readonly { name: string; description?: string }[]
  paths: Record<string, PathItem>
  components: {
    schemas: Record<string, JsonSchema>
    parameters: Record<string, JsonSchema>
    responses: Record<string, JsonSchema>
    securitySchemes: Record<string, JsonSchema>
  }
}

const MAX_CACHED_ROLE_SETS = 10
const cache = new WeakMap<Model, Map<string, OpenApiDocument>>()

/** Equal roles of one version get the same object. */
export function openApiDocument(model: Model, tenant: TenantInfo, actor: Actor, rights: KnownRights): OpenApiDocument {
  const known = cache.get(model) ?? new Map<string, OpenApiDocument>()
  cache.set(model, known)
  const key = JSON.stringify([tenant.slug, tenant.title, ...actor.roles])
  const found = known.get(key) ?? describe(model, tenant, actor, rights)
  const [oldest] = known.keys()
  if (!known.has(key) && known.size >= MAX_CACHED_ROLE_SETS && oldest !== undefined) known.delete(oldest)
  known.set(key, found)
  return found
}

function describe(model: Model, tenant: TenantInfo, actor: Actor, rights: KnownRights): OpenApiDocument {
  const readable = model.all().filter((target) => rights.can(target, 'read'))
  const rightsOn =
    (target: EntityModel) =>
    (operation: Operation): boolean =>
      rights.can(target, operation)
  const perEntity = readable.map((target) => entityPaths(target.entity, rightsOn(target)))
  return {
    openapi: '3.1.0',
    info: {
      title: `${tenant.title} API`,
      version: String(model.version),
      description:
        'Records and metadata of this organisation. Errors are problem documents (RFC 9457) with a stable code.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `/api/v1/${tenant.slug}` }],
    security: [{ session: [] }, { key: [] }],
    tags: [...readable.map(({ entity }) => tagOf(entity)), ...TENANT_TAGS],
    paths: Object.assign(
      {},
      ...perEntity,
      tenantPaths(
        readable.map(({ entity }) => entity.name),
        canAdminister(model, actor),
      ),
    ),
    components: {
      schemas: {
        ...Object.assign({}, ...readable.map((target) => entitySchemas(asSeen(target, rights)))),
        ...SHARED_SCHEMAS,
        ...ACCESS_SCHEMAS,
      },
      parameters: PARAMETERS,
      responses: RESPONSES,
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'relata.session_token',
          description: 'The session of a signed-in person.',
        },
        key: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer rk_…`.' },
      },
    },
  }
}

/** The entity with the fields that the actor may see, as they see them. */
function asSeen(target: EntityModel, rights: KnownRights): Entity {
  const fields = target.entity.fields.flatMap((field): Field[] => {
    const right = rights.field(target, field)
    if (right === 'none') return []
    if (right === 'edit') return [field]
    return [right === 'read' ? { ...field, readOnly: true } : { ...field, type: 'text', options: {}, readOnly: true }]
  })
  return { ...target.entity, fields }
}

const tagOf = ({ name, description }: Entity) => ({
  name,
  ...(description === undefined
    ? {}
    : { description: typeof description === 'string' ? description : (description['en'] ?? '') }),
})

const TENANT_TAGS = [
  { name: 'several entities', description: 'Batches and files' },
  { name: 'metadata', description: 'What entities, forms and views there are, and how they change' },
  { name: 'plugins', description: 'Installing plugins, what they may, and what they did' },
  { name: 'events', description: 'What happened, who is told of it, and what could not be done' },
  { name: 'account', description: 'The person who asks, keys and invitations' },
]
