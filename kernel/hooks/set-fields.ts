// What a hook sets is checked like everything that comes from outside: the plugin must have been granted it, and whoever
// writes must be allowed it, but for fields that the plugin itself brought.
import { RelataError } from '../../sdk/errors.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { EntityModel } from '../catalog/model.ts'
import { fieldsNotGranted, notGranted } from '../plan/plugin-rights.ts'
import type { ActivePlugin } from '../plugins/contract.ts'
import { pluginTitle } from '../plugins/act/failure.ts'
import type { Context } from '../run/context.ts'
import type { View } from './preview.ts'

/** A change under way, which hooks add to. */
export interface Subject {
  id: string
  body: Record<string, unknown>
  free: Set<string>
}

interface Setting {
  context: Context
  entity: EntityModel
  plugin: ActivePlugin
  hook: string
  write: 'create' | 'update'
}

/** @returns what differs from what would be written anyway @throws RL301 RL403 RL404 */
export function fieldsToSet(
  { context, entity, plugin, hook, write }: Setting,
  view: View,
  set: Readonly<Record<string, unknown>>,
): { values: Record<string, unknown>; free: string[] } {
  const { model, rights } = context
  const values: Record<string, unknown> = {}
  const free: string[] = []
  const given = Object.entries(set).filter(([name, value]) => !isSame(view.record[name], value))
  const missing = fieldsNotGranted(
    model,
    plugin,
    entity,
    write,
    given.map(([name]) => name),
  )
  if (missing.length > 0) throw notGranted(plugin.name, entity, write, missing)
  const title = pluginTitle(model, plugin.name)
  for (const [name, value] of given) {
    const field = entity.field(name)
    if (!field && name !== 'owner' && name !== 'owner_team') {
      const known = entity.entity.fields.map((one) => one.name)
      const own = known.find((one) => one === `${plugin.name}_${name}`)
      throw new RelataError(
        'RL403',
        `The plugin “${title}” sets “${name}” in “${hook}”, which ${entity.entity.name} does not have.`,
        {
          isPublic: true,
          ...hintOf(didYouMean(own ?? nearest(name, known))),
        },
      )
    }
    values[field?.name ?? name] = value
    if (!field) continue
    if (field.package === plugin.name || entity.entity.package === plugin.name) free.push(field.name)
    else if (rights.field(entity, field, write) !== 'edit')
      throw new RelataError('RL301', `The plugin “${title}” wants to set “${name}”, which your role does not allow.`, {
        problems: [{ path: `/${name}`, key: 'not_allowed', message: 'may not be set by your role' }],
      })
  }
  return { values, free }
}

const hintOf = (hint: string | undefined) => (hint === undefined ? {} : { hint })

/** As JSON: what is there already need not be set. */
const isSame = (present: unknown, value: unknown): boolean =>
  present !== undefined && JSON.stringify(present) === JSON.stringify(value)

/** @throws RL403: it is not for the person to mend */
export function invalidSetting(
  { context, plugin, hook }: Pick<Setting, 'context' | 'plugin' | 'hook'>,
  error: RelataError,
): RelataError {
  const title = pluginTitle(context.model, plugin.name)
  return new RelataError('RL403', `The plugin “${title}” sets values that are not valid in “${hook}”.`, {
    isPublic: true,
    problems: error.problems,
    members: { plugin: plugin.name },
    cause: error,
  })
}
