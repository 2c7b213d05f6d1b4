// What can be said of the parts of a plugin without its metadata: names, schedules, addresses. All problems at once, each
// a sentence that says what to change. Part of every plugin's bundle: small, and without packages.
import type { PluginPart } from './parts.ts'
import { cronFault } from './cron.ts'

const NAME = /^[a-z][a-z0-9_]{0,39}$/
const QUALIFIED = /^[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,80}$/
const OPERATIONS: readonly string[] = ['create', 'update', 'delete', 'restore']
const PATH = /^[a-z0-9][a-z0-9/_-]{0,100}$/

/** As the author wrote it: `beforeSave “score”`. */
const CALLS: Readonly<Record<PluginPart['kind'], string>> = {
  before: 'beforeSave',
  after: 'afterSave',
  action: 'action',
  job: 'job',
  route: 'route',
  migration: 'migration',
}
export const partTitle = ({ kind, name }: Pick<PluginPart, 'kind' | 'name'>): string => `${CALLS[kind]} “${name}”`

export function partProblems(parts: readonly PluginPart[]): string[] {
  return parts.flatMap((part, at) => {
    if (!isPart(part)) return [`Item ${at + 1} of definePlugin is not what beforeSave, action, job … return.`]
    const twice = parts.slice(0, at).some(({ kind, name }) => kind === part.kind && name === part.name)
    return [
      ...(twice ? ['stands here twice; give one of them another name'] : []),
      ...(NAME.test(part.name) ? [] : ['needs a name of lower case letters, digits and _, such as score_lead']),
      ...(typeof part.run === 'function' ? [] : ['needs a function as its last argument']),
      ...ownProblems(part, parts.slice(0, at)),
    ].map((problem) => `${partTitle(part)} ${problem}.`)
  })
}

/** In JavaScript, or past the compiler, anything can stand there. */
const isPart = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && 'kind' in part && typeof part.kind === 'string' && part.kind in CALLS

function ownProblems(part: PluginPart, earlier: readonly PluginPart[]): string[] {
  switch (part.kind) {
    case 'before':
    case 'after':
      return hookProblems(part)
    case 'job': {
      const fault = part.schedule === undefined ? undefined : cronFault(part.schedule)
      return fault === undefined ? [] : [`has the schedule “${part.schedule}”, which ${fault}`]
    }
    case 'route':
      return routeProblems(part, earlier)
    case 'migration':
      return /^\d+\.\d+\.\d+$/.test(part.version)
        ? []
        : [`needs the version that it leads to, such as version: '1.1.0'; “${part.version}” is none`]
    case 'action':
      return []
  }
}

function hookProblems({ entity, on, fields }: Extract<PluginPart, { kind: 'before' | 'after' }>): string[] {
  const strange = on.filter((one) => !OPERATIONS.includes(one))
  return [
    ...(QUALIFIED.test(entity) ? [] : [`names the entity “${entity}”; write it with its package, such as base.person`]),
    ...(on.length > 0 ? [] : ["never runs: “on” is empty. Say when, such as on: ['create', 'update']"]),
    ...strange.map((one) => `knows no operation “${one}”; there are ${OPERATIONS.join(', ')}`),
    ...(new Set(on).size === on.length ? [] : ['names an operation twice in “on”; leave one out']),
    ...(fields === undefined || fields.length > 0
      ? []
      : ['has an empty list of fields; name some, or leave “fields” out to run at every change']),
    ...(fields && !on.includes('update')
      ? ["has “fields”, which are of updates; add 'update' to “on”, or leave “fields” out"]
      : []),
  ]
}

function routeProblems(
  { name, method, path, access, signature }: Extract<PluginPart, { kind: 'route' }>,
  earlier: readonly PluginPart[],
): string[] {
  const twin = earlier.find(
    (one) => one.kind === 'route' && one.name !== name && one.method === method && one.path === path,
  )
  return [
    ...(PATH.test(path) ? [] : [`has the path “${path}”; write it in lower case and without a / in front: orders/new`]),
    ...(twin ? [`answers ${method} ${path}, as ${partTitle(twin)} does; change the path of one of them`] : []),
    ...(access === 'signed' && !signature
      ? ['is signed and says not how; add signature: { secret, header, encoding }']
      : []),
    ...(access !== 'signed' && signature ? [`has a signature that nobody checks; set access: 'signed'`] : []),
  ]
}
