// What a plugin says it does and asks for, held against its own metadata and that of the packages it stands on. The
// server checks the same and more; here an author hears of it while building.
import type { Problem } from '../../errors.ts'
import { hintAmong } from '../../metadata/shape-fault.ts'
import { pointer } from '../../metadata/pointer.ts'
import type { Behaviour } from '../behaviour.ts'
import { findEntity, type TypedModel } from '../types/model.ts'
import { MANIFEST_FILE, type PluginFolder } from './plugin-folder.ts'

/** Names that every record has beside the fields of its entity. */
const STANDARD = ['id', 'version', 'display_name', 'created_at', 'created_by', 'updated_at', 'updated_by', 'deleted_at']
const OWNERS = ['owner', 'owner_team']

/** @param missing packages that nobody found: what is said of their entities cannot be checked */
export function checkPlugin(
  plugin: PluginFolder,
  behaviour: Behaviour,
  model: TypedModel,
  missing: readonly string[],
): Problem[] {
  const check: Check = { plugin, behaviour, model, isUnknown: (entity) => missing.includes(entity.split('.')[0] ?? '') }
  return [
    ...hookProblems(check),
    ...actionProblems(check),
    ...permissionProblems(check),
    ...secretProblems(check),
    ...migrationProblems(check),
  ]
}

interface Check {
  plugin: PluginFolder
  behaviour: Behaviour
  model: TypedModel
  isUnknown(entity: string): boolean
}

const inCode = ({ plugin }: Check, message: string, hint?: string): Problem => ({
  path: '',
  package: plugin.name,
  file: plugin.entry?.endsWith('.js') ? '../plugin.js' : '../plugin.ts',
  message,
  ...(hint === undefined ? {} : { hint }),
})
const inManifest = ({ plugin }: Check, path: string, message: string, hint?: string): Problem => ({
  path,
  package: plugin.name,
  file: MANIFEST_FILE,
  message,
  ...(hint === undefined ? {} : { hint }),
})

function hookProblems(check: Check): Problem[] {
  const { behaviour } = check
  return (['before', 'after'] as const).flatMap((kind) =>
    behaviour[kind].flatMap(({ name, entity, fields = [] }) => {
      const title = `${kind === 'before' ? 'beforeSave' : 'afterSave'} “${name}”`
      return namesIn(check, entity, fields).map(({ message, hint }) => inCode(check, `${title}: ${message}`, hint))
    }),
  )
}

interface Fault {
  message: string
  hint?: string
  /** Which of the fields; absent: the entity. */
  at?: number
}

/** What is wrong with the name of an entity and of fields of it. */
function namesIn({ model, isUnknown }: Check, name: string, fields: readonly string[]): Fault[] {
  if (isUnknown(name)) return []
  const entity = findEntity(model, name)
  const among = hintAmong(
    name,
    model.entities.map((one) => one.name),
  )
  // All entities of all packages are no help.
  const hint = among.hint?.startsWith('Did') ? among.hint : 'Is its package in "requires" of metadata/package.json?'
  if (!entity) return [{ message: `there is no entity “${name}”`, hint }]
  const known = [...entity.fields.map((field) => field.name), ...STANDARD, ...(entity.hasOwner ? OWNERS : [])]
  return fields.flatMap((field, at) =>
    known.includes(field) ? [] : [{ message: `${name} has no field “${field}”`, at, ...hintAmong(field, known) }],
  )
}

function actionProblems(check: Check): Problem[] {
  const { plugin, behaviour } = check
  const described = Object.keys(plugin.source.files).flatMap((file) => /^actions\/(.+)\.json$/.exec(file)?.[1] ?? [])
  const names = described.map((stem) => nameIn(plugin.source.files[`actions/${stem}.json`]) ?? stem)
  return [
    ...behaviour.actions
      .filter((name) => !names.includes(name))
      .map((name) =>
        inCode(
          check,
          `action “${name}” has no button: there is no metadata/actions/${name}.json`,
          hintAmong(name, names).hint ?? `Describe it there: name, entity, label, on.`,
        ),
      ),
    ...names
      .filter((name) => !behaviour.actions.includes(name))
      .map((name) => ({
        path: '',
        package: plugin.name,
        file: `actions/${name}.json`,
        message: 'is a button without code',
        hint: `Add action('${plugin.name}.${name}', …) to plugin.ts.`,
      })),
  ]
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : undefined
}

function permissionProblems(check: Check): Problem[] {
  const { plugin, behaviour } = check
  const { records = {}, background } = plugin.manifest.permissions ?? {}
  const actsForItself = behaviour.after.find((hook) => hook.as === 'plugin')
  return [
    ...Object.entries(records).flatMap(([entity, permission]) => {
      const at = pointer('/permissions/records', entity)
      const unqualified = entity.includes('.')
        ? []
        : [inManifest(check, at, `“${entity}” needs its package in front`, `Write base.${entity}, or whose it is.`)]
      const isOwn = entity.startsWith(`${plugin.name}.`)
      const own = isOwn
        ? [inManifest(check, at, 'is an entity of the plugin itself, with which it may do everything', 'Leave it out.')]
        : []
      if (unqualified.length + own.length > 0) return [...unqualified, ...own]
      const rights = (['read', 'create', 'update'] as const).flatMap((right) => {
        const fields = permission[right]
        return fields === undefined || fields === true
          ? []
          : namesIn(check, entity, fields).flatMap((fault) =>
              fault.at === undefined
                ? []
                : [inManifest(check, `${at}/${right}/${fault.at}`, fault.message, fault.hint)],
            )
      })
      const [missing] = namesIn(check, entity, [])
      return missing ? [inManifest(check, at, missing.message, missing.hint)] : rights
    }),
    ...(actsForItself && !background
      ? [
          inCode(
            check,
            `afterSave “${actsForItself.name}” acts as the plugin itself, which it does not ask for`,
            'Add "background": true to "permissions" of plugin.json, or leave out as: \'plugin\'.',
          ),
        ]
      : []),
  ]
}

function secretProblems(check: Check): Problem[] {
  const { plugin, behaviour } = check
  const { secrets = {}, permissions = {} } = plugin.manifest
  const hosts = permissions.http ?? []
  return [
    ...Object.entries(secrets).flatMap(([name, secret]) =>
      (secret.hosts ?? []).flatMap((host, at) =>
        hosts.includes(host)
          ? []
          : [
              inManifest(
                check,
                `${pointer('/secrets', name)}/hosts/${at}`,
                `“${host}” is not among the hosts that the plugin calls`,
                'Add it to "http" of "permissions".',
              ),
            ],
      ),
    ),
    ...behaviour.routes.flatMap(({ name, signature }) =>
      !signature || Object.hasOwn(secrets, signature.secret)
        ? []
        : [
            inCode(
              check,
              `route “${name}” is signed with “${signature.secret}”, which is no secret of plugin.json`,
              hintAmong(signature.secret, Object.keys(secrets)).hint ??
                `Add "${signature.secret}": { "label": "…" } to "secrets" there.`,
            ),
          ],
    ),
  ]
}

function migrationProblems(check: Check): Problem[] {
  const { plugin, behaviour } = check
  return behaviour.migrations
    .filter(({ version }) => isLater(version, plugin.version))
    .map(({ name, version }) =>
      inCode(
        check,
        `migration “${name}” leads to ${version}, and the plugin is at ${plugin.version}`,
        'Raise "version" in metadata/package.json, or lower the one of the migration.',
      ),
    )
}

function isLater(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (const at of [0, 1, 2]) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}
