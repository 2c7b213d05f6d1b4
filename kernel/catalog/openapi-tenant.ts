// The paths that are not about one entity: batches, files, metadata, the person who asks.
import { type JsonSchema, list, object, ref } from './openapi-schemas.ts'
import { ADMINISTERED, FOR_EVERYONE, pathsOf } from './openapi-addresses.ts'
import {
  ANY,
  answers,
  body,
  call,
  COMMON,
  DUPLICATES,
  INTEGER,
  json,
  parameter,
  type PathItem,
  query,
  response,
  TEXT,
  UUID,
  WRITE,
} from './openapi-shared.ts'

const PACKAGES = object({ packages: list(ref('PackageSource')) })
const TRY = object({ packages: list(ref('PackageSource')), entity: TEXT, last: INTEGER }, ['entity'])
const PUBLISH = object(
  {
    packages: list(ref('PackageSource')),
    expectedVersion: INTEGER,
    confirm: { ...list(TEXT), description: 'destructive steps agreed to by name' },
    note: TEXT,
  },
  ['packages'],
)

export function tenantPaths(entities: readonly string[], isAdministrator: boolean): Record<string, PathItem> {
  return { ...everyone(entities), ...pathsOf(FOR_EVERYONE), ...(isAdministrator ? administration() : {}) }
}

function everyone(entities: readonly string[]): Record<string, PathItem> {
  const operation = object(
    {
      op: { type: 'string', enum: ['create', 'update', 'delete', 'restore'] },
      entity: entities.length > 0 ? { type: 'string', enum: entities } : TEXT,
      id: UUID,
      version: INTEGER,
      body: ANY,
    },
    ['op', 'entity'],
  )
  return {
    '/batch': {
      post: call('batch', 'several entities', 'Several writes, all or nothing', {
        parameters: [DUPLICATES],
        requestBody: body(object({ operations: list(operation) })),
        ...answers(object({ results: list({}) }), WRITE),
      }),
    },
    '/files': {
      post: call('upload_file', 'several entities', 'Store the contents of a file', {
        requestBody: {
          required: true,
          content: { 'multipart/form-data': { schema: object({ file: { type: 'string', format: 'binary' } }) } },
        },
        responses: { '201': json('The file record', ANY), ...WRITE },
      }),
    },
    '/files/{id}': {
      parameters: [parameter('id')],
      get: call('download_file', 'several entities', 'The contents of a file', {
        responses: {
          '200': { description: 'Bytes', content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
          ...COMMON,
          '404': response('NotFound'),
        },
      }),
    },
    '/meta': { get: call('get_meta', 'metadata', 'What the browser works from, by role', answers(ANY)) },
    '/openapi.json': { get: call('get_openapi', 'metadata', 'This description', answers(ANY)) },
    '/docs': {
      get: call('get_docs', 'metadata', 'A page to try this API', {
        responses: { '200': { description: 'Page', content: { 'text/html': { schema: TEXT } } }, ...COMMON },
      }),
    },
    '/me': {
      get: call('get_me', 'account', 'Profile in this organisation', answers(PROFILE)),
      patch: call('update_me', 'account', 'Change the profile', {
        requestBody: body(PROFILE_CHANGES),
        ...answers(PROFILE, WRITE),
      }),
    },
  }
}

const PROFILE_MEMBERS = { display_name: TEXT, locale: TEXT, time_zone: TEXT, theme: TEXT }
const PROFILE_CHANGES = object(PROFILE_MEMBERS, [])
const PROFILE = object(
  {
    user_id: UUID,
    email: { type: ['string', 'null'] },
    ...PROFILE_MEMBERS,
    roles: list(TEXT),
    administer: { type: 'boolean' },
    teams: list(UUID),
    teams_below: list(UUID),
    organisation: { type: ['string', 'null'] },
  },
  ['user_id', 'display_name', 'roles', 'administer'],
)

const INVITATION = object(
  {
    id: UUID,
    sent: { type: 'string', enum: ['mailed', 'link'] },
    link: TEXT,
    expires_at: { type: 'string', format: 'date-time' },
  },
  ['id', 'sent', 'expires_at'],
)

function administration(): Record<string, PathItem> {
  const version: JsonSchema = { name: 'n', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }
  const plan = (id: string, summary: string, schema: JsonSchema) =>
    call(id, 'metadata', summary, { requestBody: body(schema), ...answers(ANY, WRITE) })
  return {
    '/metadata': {
      get: call(
        'get_metadata',
        'metadata',
        'Sources as authored',
        answers(object({ version: INTEGER, packages: list(ref('PackageSource')) })),
      ),
    },
    '/metadata/plan': { post: plan('plan_metadata', 'What publishing would do, or every problem', PACKAGES) },
    '/metadata/try': { post: plan('try_metadata', 'What the rules of a draft would do to the last records', TRY) },
    '/metadata/publish': { post: plan('publish_metadata', 'Publish packages as a new version', PUBLISH) },
    '/metadata/versions': { get: call('list_versions', 'metadata', 'Published versions', answers(ANY)) },
    '/metadata/versions/{n}': {
      parameters: [version],
      get: call('get_version', 'metadata', 'One published version', answers(ANY)),
    },
    '/metadata/versions/{n}/restore': {
      parameters: [version],
      post: call('restore_version', 'metadata', 'Publish the sources of that version again', answers(ANY, WRITE)),
    },
    '/metadata/compare': {
      get: call('compare_versions', 'metadata', 'What changed between two versions', {
        parameters: ['from', 'to'].map((name) => ({ ...query(name, INTEGER, 'version'), required: true })),
        ...answers(ANY),
      }),
    },
    ...pathsOf(ADMINISTERED),
    '/keys': {
      post: call('create_key', 'account', 'Create an API key, shown once', {
        requestBody: body(
          object(
            {
              name: TEXT,
              role: TEXT,
              entities: list(TEXT),
              read_only: { type: 'boolean' },
              expires_at: { type: 'string', format: 'date-time' },
            },
            ['name', 'role'],
          ),
        ),
        responses: { '201': json('The key', object({ id: UUID, key: TEXT })), ...WRITE },
      }),
    },
    '/access/roles/{name}': {
      parameters: [{ name: 'name', in: 'path', required: true, schema: TEXT }],
      get: call('get_role', 'account', 'What a role gives, where each right comes from, and who holds it', {
        ...answers(ANY),
      }),
    },
    '/invitations': {
      post: call('invite', 'account', 'Invite a person by mail, or by a link to hand over', {
        requestBody: body(object({ email: TEXT, roles: list(TEXT) })),
        responses: { '201': json('The invitation', INVITATION), ...WRITE },
      }),
    },
    '/invitations/{id}/resend': {
      parameters: [parameter('id')],
      post: call('resend_invitation', 'account', 'Send it again; the earlier link ends', answers(INVITATION, WRITE)),
    },
  }
}
