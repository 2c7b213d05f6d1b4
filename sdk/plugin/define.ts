// How a plugin is written: `export default definePlugin([beforeSave(…), action(…), …])`. Nothing runs here; the parts are
// checked and kept, and runtime.ts makes of them what the sandbox calls.
import type { Text } from '../metadata/source.ts'
import type {
  Action,
  ActionName,
  After,
  AfterOptions,
  Before,
  BeforeOptions,
  EntityName,
  FieldOf,
  Fields,
  FieldsOnly,
  Job,
  JobOptions,
  Migration,
  MigrationOptions,
  Route,
  RouteOptions,
  SecretName,
  SecretPlaceholder,
} from './api.ts'
import { REFUSAL, type Refusal, secretMark } from './bridge.ts'
import { partProblems } from './check-parts.ts'
import type {
  ActionPart,
  AfterPart,
  BeforePart,
  JobPart,
  MigrationPart,
  Plugin,
  PluginPart,
  RoutePart,
} from './parts.ts'

/**
 * A plugin, the default export of `plugin.ts`.
 * @throws Error that names every problem of its parts at once
 */
export function definePlugin(parts: readonly PluginPart[]): Plugin {
  const problems = partProblems(parts)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return { parts }
}

/**
 * Runs while a record is saved, before anything is written: may set more fields of this record, or refuse. It can read
 * other records and write none; for that there is `afterSave`.
 * @example beforeSave('sales.lead', { name: 'score', on: ['create', 'update'] }, ({ record }) => ({ score: record.email ? 10 : 0 }))
 */
export function beforeSave<E extends EntityName, Given extends Fields<E>>(
  entity: E,
  options: BeforeOptions<E>,
  run: Before<E, Given> & FieldsOnly<E, Given>,
): BeforePart {
  const { onFailure = 'refuse' } = options
  return { kind: 'before', ...hookOf(entity, options), onFailure, run }
}

/**
 * Runs soon after a save, when it can no longer be undone: may touch other records, call other systems, send mail. It is
 * told of every change at least once, of one record in order; `event.id` is the same when it is told again.
 */
export function afterSave<E extends EntityName>(entity: E, options: AfterOptions<E>, run: After<E>): AfterPart {
  const { as = 'user' } = options
  return { kind: 'after', ...hookOf(entity, options), as, run }
}

/** What the button does that `metadata/actions/NAME.json` describes. @param name with its package: `sales.win` */
export function action<A extends ActionName>(name: A, run: Action<A>): ActionPart {
  return { kind: 'action', name: name.slice(name.indexOf('.') + 1), action: name, run }
}

/** Work in the background: at the times of its schedule, or when `jobs.start` names it. It acts for itself. */
export function job(options: JobOptions, run: Job): JobPart {
  const { name, label, schedule, timeZone } = options
  return {
    kind: 'job',
    name,
    ...(label === undefined ? {} : { label }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(timeZone === undefined ? {} : { timeZone }),
    run,
  }
}

/** An address of the server that this plugin answers: a webhook of another system, or an API of its own. */
export function route(options: RouteOptions, run: Route): RoutePart {
  const { name, label, method, path, access, signature } = options
  return {
    kind: 'route',
    name,
    ...(label === undefined ? {} : { label }),
    method,
    path,
    access,
    ...(signature === undefined ? {} : { signature }),
    run,
  }
}

/**
 * One step of an upgrade, or of a first install, page by page; after a crash it goes on where the last page ended. It
 * works with records alone, and with the plugin's own rights.
 */
export function migration(options: MigrationOptions, run: Migration): MigrationPart {
  const { name, label, version, atInstall } = options
  return {
    kind: 'migration',
    name,
    ...(label === undefined ? {} : { label }),
    version,
    ...(atInstall === undefined ? {} : { atInstall }),
    run,
  }
}

/**
 * Stands for a secret of plugin.json in a header or body of `http.fetch`: `Bearer ${secret('ACME_KEY')}`. The host puts
 * the secret in its place; this code never sees it.
 */
export function secret(name: SecretName): SecretPlaceholder {
  const mark = secretMark(name)
  return Object.freeze({ secret: name, toString: () => mark, toJSON: () => mark })
}

/** Ends what is going on with a message to the person. @param field where it is shown, of a form */
export function refuse(message: Text, field?: string): never {
  const refusal: Refusal = { message, field: field ?? null }
  const text = typeof message === 'string' ? message : (message['en'] ?? Object.values(message)[0] ?? '')
  throw Object.assign(new Error(text), { [REFUSAL]: refusal })
}

function hookOf<E extends EntityName>(entity: E, options: BeforeOptions<E> | AfterOptions<E>) {
  const { name, label, on, fields } = options
  const list: readonly FieldOf<E>[] | undefined = fields
  return {
    name,
    ...(label === undefined ? {} : { label }),
    entity,
    on,
    ...(list === undefined ? {} : { fields: list }),
  }
}
