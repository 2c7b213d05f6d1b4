// `relata/plugin`: what a plugin imports. Types first (api.ts, to which `relata types` adds), then what makes a plugin.
// Everything from here that is more than a type ends up in the plugin's bundle and runs in the sandbox.
export * from './api.ts'
export * from './values.ts'
export { action, afterSave, beforeSave, definePlugin, job, migration, refuse, route, secret } from './define.ts'
export { decimal } from './decimal.ts'
export type { Plugin } from './parts.ts'
export type { RecordOperation, RouteSignature } from './behaviour.ts'
export type { Text } from '../metadata/source.ts'
