// Plugins of a tenant over HTTP (docs/http-api.md, “Plugins”). For administrators.
import { Type } from '@sinclair/typebox'
import {
  type DryRunRequest,
  type GrantWish,
  type InstallRequest,
  type RemoveRequest,
  WireAvailable,
  WireDryRun,
  WirePlugin,
  WirePluginLog,
  WirePluginPlan,
  WirePluginSummary,
  WirePluginUsage,
  WireRemovalPlan,
} from '../wire/plugins.ts'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

const AvailableList = Type.Object({ data: Type.Array(WireAvailable) })
const List = Type.Object({ data: Type.Array(WirePluginSummary) })
/** Of a package, as `relata plugin pack` writes it. */
const PACKAGE_TYPE = 'application/vnd.relata.plugin+zip'

export interface LogQuery {
  /** Lines after this one, oldest first; without it the latest, newest first. */
  after?: string
  limit?: number
}

/** What is tried: the installed version, unless `isNext` or `archive` says otherwise. */
export interface DryRunQuery extends Omit<DryRunRequest, 'package'> {
  /** A package that need not be installed. */
  archive?: Uint8Array
}

export class PluginsApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  async list(): Promise<WirePluginSummary[]> {
    return checkAnswer(List, await this.send('plugins')).data
  }

  /** Packages that came with the server: `GET plugin-packages/{name}` answers their bytes. */
  async available(): Promise<WireAvailable[]> {
    return checkAnswer(AvailableList, await this.send('plugin-packages')).data
  }

  /** @throws RL101 there is none of this name */
  async get(name: string): Promise<WirePlugin> {
    return checkAnswer(WirePlugin, await this.send(address(name)))
  }

  /** What installing this package would do. Changes nothing. @throws RL408 it is no plugin package */
  async plan(archive: Uint8Array): Promise<WirePluginPlan> {
    return checkAnswer(WirePluginPlan, await this.send('plugin-plans', { method: 'POST', body: form(archive) }))
  }

  /** Install, or take the place of the version that is there. @throws RL408 · RL210 · RL211 */
  async install(archive: Uint8Array, request: InstallRequest = {}): Promise<WirePlugin> {
    return checkAnswer(WirePlugin, await this.send('plugins', { method: 'POST', body: form(archive, request) }))
  }

  /** Load it as it is, with everything granted, in place of what was there: for tenants in which plugins are made. */
  async develop(archive: Uint8Array): Promise<WirePlugin> {
    return checkAnswer(WirePlugin, await this.send('plugins-in-development', { method: 'POST', body: form(archive) }))
  }

  async grant(name: string, grants: GrantWish, hash?: string): Promise<WirePlugin> {
    const json = { grants, ...(hash === undefined ? {} : { hash }) }
    return checkAnswer(WirePlugin, await this.send(`${address(name)}/grant`, { method: 'PUT', json }))
  }

  /** Values of the settings form; those that are not named are emptied. */
  async setSettings(name: string, values: Record<string, unknown>): Promise<WirePlugin> {
    return checkAnswer(WirePlugin, await this.send(`${address(name)}/settings`, { method: 'PUT', json: values }))
  }

  /** Nobody reads it back. @param value null takes it away */
  async setSecret(name: string, secret: string, value: string | null): Promise<WirePlugin> {
    const path = `${address(name)}/secrets/${encodeURIComponent(secret)}`
    return checkAnswer(WirePlugin, await this.send(path, { method: 'PUT', json: { value } }))
  }

  async enable(name: string): Promise<WirePlugin> {
    return this.change(name, 'enable')
  }

  /** Its code no longer runs; records and fields stay. */
  async disable(name: string): Promise<WirePlugin> {
    return this.change(name, 'disable')
  }

  /** Forget the version that waits, or whose migrations failed. @throws RL214 they are under way */
  async cancelUpgrade(name: string): Promise<WirePlugin> {
    return this.change(name, 'upgrade/cancel')
  }

  /** Let a plugin that was paused go on. */
  async resume(name: string): Promise<WirePlugin> {
    return this.change(name, 'resume')
  }

  async planRemoval(name: string): Promise<WireRemovalPlan> {
    return checkAnswer(WireRemovalPlan, await this.send(`${address(name)}/remove/plan`, { method: 'POST', json: {} }))
  }

  async remove(name: string, request: RemoveRequest): Promise<void> {
    await this.send(`${address(name)}/remove`, { method: 'POST', json: request })
  }

  async log(name: string, { after, limit }: LogQuery = {}): Promise<WirePluginLog['data']> {
    const query = { after, limit: limit?.toString() }
    return checkAnswer(WirePluginLog, await this.send(`${address(name)}/log`, { query })).data
  }

  /** What it did, hour by hour, newest first. @param hours back from now; absent: a week */
  async usage(name: string, hours?: number): Promise<WirePluginUsage['data']> {
    const query = { hours: hours?.toString() }
    return checkAnswer(WirePluginUsage, await this.send(`${address(name)}/usage`, { query })).data
  }

  /** What its hooks would do to the records that were changed last. Nothing of it is kept. */
  async dryRun(name: string, { archive, ...query }: DryRunQuery): Promise<WireDryRun['data']> {
    const json = { ...query, ...(archive ? { package: base64(archive) } : {}) }
    return checkAnswer(WireDryRun, await this.send(`${address(name)}/dry-run`, { method: 'POST', json })).data
  }

  /** Runs a job now, and waits until it is over. @throws RL403 it failed */
  async runJob(name: string, job: string, payload: unknown = null): Promise<void> {
    await this.send(`${address(name)}/jobs/${encodeURIComponent(job)}/run`, { method: 'POST', json: { payload } })
  }

  private async change(name: string, what: 'enable' | 'disable' | 'resume' | 'upgrade/cancel'): Promise<WirePlugin> {
    return checkAnswer(WirePlugin, await this.send(`${address(name)}/${what}`, { method: 'POST', json: {} }))
  }
}

const address = (name: string): string => `plugins/${encodeURIComponent(name)}`

/** In pieces: a call takes only so many arguments. */
function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

function form(archive: Uint8Array, request?: InstallRequest): FormData {
  const body = new FormData()
  body.set('package', new Blob([new Uint8Array(archive)], { type: PACKAGE_TYPE }), 'plugin.relata')
  if (request) body.set('request', JSON.stringify(request))
  return body
}
