// The API of plugins (docs/http-api.md, “Plugins”) as the pages call it.
import type { DryRunRequest, WireDryRun } from '../../sdk/wire/plugin-dry-run.ts'
import type {
  GrantWish,
  InstallRequest,
  RemoveRequest,
  WireAvailable,
  WirePlugin,
  WirePluginLog,
  WirePluginPlan,
  WirePluginUsage,
  WireRemovalPlan,
} from '../../sdk/wire/plugins.ts'
import { ApiError, api, apiHref } from '../app/api.ts'
import { reloadMeta } from '../app/meta.ts'
import { trackRequest } from '../app/network.ts'

export interface DataArchive {
  file: string
  sizeBytes: number
  at: string
}

const of = (name: string, rest = ''): string => `plugins/${encodeURIComponent(name)}${rest}`

/** All of them throw ApiError. */
export const plugins = {
  get: (name: string): Promise<WirePlugin> => api.get(of(name)),
  available: async (): Promise<readonly WireAvailable[]> =>
    (await api.get<{ data: readonly WireAvailable[] }>('plugin-packages')).data,
  /** The bytes of one that came with the server. */
  async package(name: string): Promise<Blob> {
    const response = await trackRequest(fetch(apiHref(`plugin-packages/${encodeURIComponent(name)}`)))
    if (!response.ok) throw new ApiError(response.status, 'unreadable', response.statusText)
    return response.blob()
  },
  plan: (file: Blob): Promise<WirePluginPlan> => api.post('plugin-plans', form(file)),
  install: (file: Blob, request: InstallRequest): Promise<WirePlugin> =>
    changing(api.post('plugins', form(file, request))),
  grant: (name: string, grants: GrantWish, hash: string): Promise<WirePlugin> =>
    changing(api.put(of(name, '/grant'), { grants, hash })),
  act: (name: string, act: 'enable' | 'disable' | 'resume' | 'upgrade/cancel'): Promise<WirePlugin> =>
    changing(api.post(of(name, `/${act}`))),
  settings: (name: string, values: Readonly<Record<string, unknown>>): Promise<WirePlugin> =>
    api.put(of(name, '/settings'), values),
  secret: (name: string, secret: string, value: string | null): Promise<WirePlugin> =>
    api.put(of(name, `/secrets/${encodeURIComponent(secret)}`), { value }),
  run: (name: string, job: string): Promise<unknown> => api.post(of(name, `/jobs/${encodeURIComponent(job)}/run`), {}),
  log: async (name: string): Promise<WirePluginLog['data']> =>
    (await api.get<WirePluginLog>(of(name, '/log'), { query: { limit: 200 } })).data,
  usage: async (name: string, hours: number): Promise<WirePluginUsage['data']> =>
    (await api.get<WirePluginUsage>(of(name, '/usage'), { query: { hours } })).data,
  dryRun: async (name: string, request: DryRunRequest): Promise<WireDryRun['data']> =>
    (await api.post<WireDryRun>(of(name, '/dry-run'), request)).data,
  removalPlan: (name: string): Promise<WireRemovalPlan> => api.post(of(name, '/remove/plan')),
  remove: (name: string, request: RemoveRequest): Promise<unknown> => changing(api.post(of(name, '/remove'), request)),
  archives: async (): Promise<readonly DataArchive[]> =>
    (await api.get<{ data: readonly DataArchive[] }>('plugin-archives')).data,
  dropArchive: async (file: string): Promise<readonly DataArchive[]> =>
    (await api.delete<{ data: readonly DataArchive[] }>(`plugin-archives/${encodeURIComponent(file)}`)).data,
}

function form(file: Blob, request?: InstallRequest): FormData {
  const body = new FormData()
  body.set('package', file, 'plugin.relata')
  if (request) body.set('request', JSON.stringify(request))
  return body
}

/** Entities, forms and buttons may have come or gone. */
async function changing<T>(call: Promise<T>): Promise<T> {
  const answer = await call
  await reloadMeta()
  return answer
}
