// Addresses that are not about one entity and need no more than a line each: plugins, events, webhooks. One table, which a
// test holds against the routes that there are.
import { ActionRequest } from '../../sdk/wire/actions.ts'
import { DryRunRequest, GrantRequest, RemoveRequest } from '../../sdk/wire/plugins.ts'
import { type JsonSchema, object } from './openapi-schemas.ts'
import { ANY, answers, body, call, COMMON, json, type PathItem, TEXT, UUID, WRITE } from './openapi-shared.ts'

interface Address {
  method: 'get' | 'post' | 'put' | 'delete'
  /** Below the tenant. */
  path: string
  id: string
  tag: string
  summary: string
  /** JSON; absent: none. */
  body?: JsonSchema
  /** What comes instead of JSON. */
  gives?: 'application/octet-stream' | 'application/zip' | 'text/event-stream'
  /** A form with a package in it. */
  isUpload?: true
  isAccepted?: true
}

type Row = [address: `${Uppercase<Address['method']>} /${string}`, id: string, summary: string, more?: Partial<Address>]

const listOf = (tag: string, rows: readonly Row[]): Address[] =>
  rows.map(([address, id, summary, more]) => {
    const [method = '', path = ''] = address.split(' ')
    return { method: method.toLowerCase() as Address['method'], path, id, tag, summary, ...more }
  })

const UPLOAD = { isUpload: true } as const
const STREAM = { gives: 'text/event-stream' } as const

export const FOR_EVERYONE: readonly Address[] = [
  ...listOf('plugins', [
    ['POST /actions/{name}', 'run_action', 'A button of a plugin, on records or a list', { body: ActionRequest }],
  ]),
  ...listOf('events', [['GET /live', 'live', 'What changes, as far as the caller may see it, as it happens', STREAM]]),
]

export const ADMINISTERED: readonly Address[] = [
  ...listOf('plugins', [
    ['GET /plugins', 'list_plugins', 'Installed plugins'],
    ['POST /plugins', 'install_plugin', 'Install or upgrade', UPLOAD],
    ['POST /plugin-plans', 'plan_plugin', 'What installing a package would do', UPLOAD],
    [
      'POST /plugins-in-development',
      'develop_plugin',
      'A package from somebody’s folder, where that is allowed',
      UPLOAD,
    ],
    ['GET /plugin-packages', 'list_available_plugins', 'Packages that came with the server'],
    ['GET /plugin-packages/{name}', 'get_available_plugin', 'The bytes of one', { gives: 'application/octet-stream' }],
    ['GET /plugin-archives', 'list_plugin_archives', 'Data of removed plugins'],
    ['GET /plugin-archives/{file}', 'get_plugin_archive', 'One of these files', { gives: 'application/zip' }],
    ['DELETE /plugin-archives/{file}', 'delete_plugin_archive', 'Delete one of these files'],
    ['GET /plugins/{name}', 'get_plugin', 'One plugin with its grants, settings and health'],
    ['PUT /plugins/{name}/grant', 'grant_plugin', 'Decide over what it asks for', { body: GrantRequest }],
    ['POST /plugins/{name}/enable', 'enable_plugin', 'Let its code run again'],
    ['POST /plugins/{name}/disable', 'disable_plugin', 'Stop its code; records stay'],
    ['POST /plugins/{name}/resume', 'resume_plugin', 'Let a paused plugin go on'],
    [
      'POST /plugins/{name}/dry-run',
      'dry_run_plugin',
      'What its hooks would do to the records that were changed last; nothing is kept or sent',
      { body: DryRunRequest },
    ],
    ['POST /plugins/{name}/upgrade/cancel', 'cancel_plugin_upgrade', 'Forget the version that waits or failed'],
    ['PUT /plugins/{name}/settings', 'set_plugin_settings', 'Values of its settings form', { body: ANY }],
    [
      'PUT /plugins/{name}/secrets/{secret}',
      'set_plugin_secret',
      'Enter a secret, which nobody reads back; null takes it away',
      { body: object({ value: { type: ['string', 'null'] } }) },
    ],
    ['POST /plugins/{name}/remove/plan', 'plan_plugin_removal', 'What removing it would do'],
    [
      'POST /plugins/{name}/remove',
      'remove_plugin',
      'Take it out; its data is kept, archived or dropped',
      { body: RemoveRequest },
    ],
    [
      'POST /plugins/{name}/jobs/{job}/run',
      'run_plugin_job',
      'Run a job now; answers when it is over',
      { body: object({ payload: {} }, []) },
    ],
    ['GET /plugins/{name}/log', 'get_plugin_log', 'What it wrote and what went wrong'],
    ['GET /plugins/{name}/log/stream', 'follow_plugin_log', 'The same, as it comes', STREAM],
    ['GET /plugins/{name}/usage', 'get_plugin_usage', 'Calls, failures, limits and times by hour'],
  ]),
  ...listOf('events', [
    ['GET /work', 'get_work', 'How many events and how much work wait'],
    [
      'POST /events/replay',
      'replay_events',
      'Tell again what happened',
      { body: object({ since: TEXT, from: TEXT, consumer: TEXT }, []), isAccepted: true },
    ],
    [
      'POST /dead-letters',
      'run_dead_letters',
      'Try all open ones of a kind again',
      { body: object({ kind: TEXT }), isAccepted: true },
    ],
    ['POST /dead-letters/{id}/run', 'run_dead_letter', 'Try it again', { isAccepted: true }],
    ['POST /dead-letters/{id}/drop', 'drop_dead_letter', 'It is not to be tried again'],
    ['POST /webhooks/{id}/secret', 'renew_webhook_secret', 'A new signing secret, told once'],
    ['POST /webhooks/{id}/test', 'test_webhook', 'Send a test now'],
    ['POST /webhook-deliveries/{id}/replay', 'replay_webhook_delivery', 'Send one again'],
  ]),
  ...listOf('account', [
    [
      'POST /users',
      'create_user',
      'Make a user at once; for operators of the installation',
      {
        body: object({ email: TEXT, name: TEXT, roles: { type: 'array', items: TEXT }, password: TEXT }, [
          'email',
          'name',
          'roles',
        ]),
      },
    ],
    ['POST /users/{id}/password-link', 'make_password_link', 'A one-time link to hand over'],
    ['POST /users/{id}/second-factor/reset', 'reset_second_factor', 'Their second factor is taken away'],
  ]),
]

export function pathsOf(addresses: readonly Address[]): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const address of addresses) {
    const names = [...address.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
    const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: name === 'id' ? UUID : TEXT }))
    const item = paths[address.path] ?? (names.length > 0 ? { parameters } : {})
    paths[address.path] = { ...item, [address.method]: operation(address) }
  }
  return paths
}

function operation({ method, id, tag, summary, gives, isAccepted, isUpload, body: schema }: Address): JsonSchema {
  const refusals = method === 'get' ? COMMON : WRITE
  const whole = gives && {
    responses: { '200': { description: 'Bytes', content: { [gives]: { schema: TEXT } } }, ...refusals },
  }
  const accepted = isAccepted && { responses: { '202': json('Under way', ANY), ...refusals } }
  return call(id, tag, summary, {
    ...(isUpload ? { requestBody: FORM } : schema ? { requestBody: body(plain(schema)) } : {}),
    ...(whole ?? accepted ?? answers(ANY, refusals)),
  })
}

/** Schemas that bodies are checked by carry marks of TypeBox, which are of no use to readers. */
const plain = (schema: JsonSchema): JsonSchema => JSON.parse(JSON.stringify(schema))

const FORM: JsonSchema = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: object({ package: { type: 'string', format: 'binary' }, request: TEXT }, ['package']),
    },
  },
}
