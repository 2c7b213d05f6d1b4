// What of docs/plugin-reference.md no type says: which types belong to which part, what to do about errors, an example
// that asks for one of everything.
import type { ErrorCode } from '../sdk/errors.ts'
import { type Behaviour, NO_BEHAVIOUR } from '../sdk/plugin/behaviour.ts'
import type { PluginManifest } from '../sdk/plugin/manifest.ts'

export interface Part {
  /** Function of define.ts. */
  name: string
  /** Types of api.ts. */
  options?: string
  event: readonly string[]
  result: readonly string[]
}

export const PARTS: readonly Part[] = [
  { name: 'beforeSave', options: 'BeforeOptions', event: ['BeforeEvent'], result: [] },
  { name: 'afterSave', options: 'AfterOptions', event: ['AfterEvent'], result: [] },
  { name: 'action', event: ['ActionEvent'], result: ['ActionResult'] },
  { name: 'job', options: 'JobOptions', event: ['JobEvent'], result: [] },
  { name: 'route', options: 'RouteOptions', event: ['RouteRequest'], result: ['RouteAnswer'] },
  { name: 'migration', options: 'MigrationOptions', event: ['Migration'], result: [] },
]

export const MENDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  RL401: 'Do less in one call: ask for many records at once, and start a job for the rest.',
  RL402: 'Nothing: it is the message of `refuse`, shown to the person.',
  RL403: 'Look at the log of the plugin; the stack there leads to the line.',
  RL404: 'Add what the hint names to plugin.json, raise the version, and have it granted.',
  RL405: 'Look at the log for what went wrong; an administrator lets it go on.',
  RL406: 'Do less in one call, or give `timeoutMs` to calls of other systems.',
  RL407: 'It used more memory than it may, or brought its process down. Keep less in memory at once.',
  RL408: 'Build the package anew with `relata plugin pack`.',
  RL409: 'An administrator grants what is new, on the page of the plugin or with `relata plugin install`.',
}

const manifest: PluginManifest = {
  permissions: {
    records: {
      'base.person': { read: ['email'], create: ['email'], update: ['email'], delete: true },
    },
    http: ['api.example.org'],
    mail: true,
    background: true,
  },
  secrets: { API_KEY: { label: 'Key', hosts: ['api.example.org'] } },
}
const behaviour: Behaviour = {
  ...NO_BEHAVIOUR,
  before: [{ name: 'check', entity: 'base.person', on: ['create'], onFailure: 'refuse' }],
  after: [{ name: 'tell', entity: 'base.person', on: ['update'], as: 'user' }],
  jobs: [{ name: 'nightly', schedule: '0 2 * * *', timeZone: 'Europe/Berlin' }],
  routes: [{ name: 'form', method: 'POST', path: 'form', access: 'signed' }],
}
export const EXAMPLE = { manifest, behaviour }
