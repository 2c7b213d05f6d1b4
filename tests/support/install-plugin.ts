// Plugins installed in a test's tenant, their code a few lines of JavaScript.
import type { Behaviour } from '../../sdk/plugin/behaviour.ts'
import { pluginArchive, pluginForm, type TestPlugin } from './plugin-archive.ts'
import type { TestTenant } from './test-tenant.ts'

/** With everything granted that it asks for, unless `grants` says what. */
export async function installPlugin(
  tenant: TestTenant,
  plugin: TestPlugin,
  grants: 'all' | readonly string[] = 'all',
): Promise<void> {
  const { body, type } = await pluginForm(pluginArchive(plugin), { grants })
  const answer = await tenant.send('POST', 'plugins', body, type)
  if (answer.status !== 200 || answer.body.state !== 'on') throw new Error(JSON.stringify(answer.body, null, 1))
}

export const beforeHook = (
  entity: string,
  on: Behaviour['before'][number]['on'] = ['create', 'update'],
  more: Partial<Behaviour['before'][number]> = {},
): Behaviour['before'][number] => ({ name: 'check', entity, on, onFailure: 'refuse', ...more })

export const afterHook = (
  entity: string,
  on: Behaviour['after'][number]['on'] = ['create', 'update'],
  more: Partial<Behaviour['after'][number]> = {},
): Behaviour['after'][number] => ({ name: 'follow', entity, on, as: 'user', ...more })
