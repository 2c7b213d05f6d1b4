// What a plugin is made of, once `definePlugin` has it: each part is what the server is told of it and the author's function.
import type { Text } from '../metadata/source.ts'
import type { Part } from './api.ts'
import type { RecordOperation, RouteSignature } from './behaviour.ts'

/**
 * The author's function. What it takes was checked by the compiler where it was written; from here on it is data of the
 * host, which only runtime.ts passes on.
 */
export type Run = (event: never, context: never) => unknown

interface HookPart extends Part {
  label?: Text
  entity: string
  on: readonly RecordOperation[]
  fields?: readonly string[]
  run: Run
}
export interface BeforePart extends HookPart {
  kind: 'before'
  onFailure: 'refuse' | 'skip'
}
export interface AfterPart extends HookPart {
  kind: 'after'
  as: 'user' | 'plugin'
}
export interface ActionPart extends Part {
  kind: 'action'
  /** As written: `sales.win`. */
  action: string
  run: Run
}
export interface JobPart extends Part {
  kind: 'job'
  label?: Text
  schedule?: string
  timeZone?: string
  run: Run
}
export interface RoutePart extends Part {
  kind: 'route'
  label?: Text
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  access: 'user' | 'signed' | 'open'
  signature?: RouteSignature
  run: Run
}
export interface MigrationPart extends Part {
  kind: 'migration'
  label?: Text
  version: string
  atInstall?: boolean
  run: Run
}
export type PluginPart = BeforePart | AfterPart | ActionPart | JobPart | RoutePart | MigrationPart

/** What `plugin.ts` exports by default. */
export interface Plugin {
  readonly parts: readonly PluginPart[]
}
