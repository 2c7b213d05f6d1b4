// What a plugin says that it does, held against the metadata that it would run with: names that nothing has are told
// with the nearest one, before anybody waits for a hook that never runs. Pure.
import type { Problem } from '../../../sdk/errors.ts'
import { didYouMean, nearest } from '../../../sdk/metadata/nearest.ts'
import { pointer } from '../../../sdk/metadata/pointer.ts'
import { STANDARD_FIELDS } from '../../../sdk/metadata/snapshot.ts'
import type { PluginArchive } from '../../../sdk/plugin/archive.ts'
import type { Behaviour } from '../../../sdk/plugin/behaviour.ts'
import { cronFault, isTimeZone } from '../../../sdk/plugin/cron.ts'
import type { Model } from '../../catalog/model.ts'
import { compareVersions, satisfies } from '../../catalog/semver.ts'
import { readForm } from '../settings-form.ts'

/** What can be said of a package by itself. @param server version of this one */
export function checkPackage({ manifest, behaviour, version, source }: PluginArchive, server: string): Problem[] {
  const problems = new Found()
  if (manifest.engine !== undefined) {
    const isMet = satisfies(server, manifest.engine)
    if (isMet === undefined) problems.add('plugin.json', '/engine', `“${manifest.engine}” is not a range of versions`)
    else if (!isMet)
      problems.add('plugin.json', '/engine', `asks for Relata ${manifest.engine}, and this is ${server}`, {
        hint: 'Install a version of the plugin that was made for this server, or a newer server.',
      })
  }
  for (const kind of ['before', 'after', 'jobs', 'routes', 'migrations'] as const) checkNames(kind, behaviour, problems)
  for (const [index, job] of behaviour.jobs.entries()) {
    const fault = job.schedule === undefined ? undefined : cronFault(job.schedule)
    if (fault !== undefined) problems.add('behaviour.json', `/jobs/${index}/schedule`, fault)
    if (job.timeZone !== undefined && !isTimeZone(job.timeZone))
      problems.add('behaviour.json', `/jobs/${index}/timeZone`, `“${job.timeZone}” is not a time zone`)
  }
  checkRoutes(behaviour, Object.keys(manifest.secrets ?? {}), problems)
  for (const [index, hook] of behaviour.after.entries())
    if (hook.as === 'plugin' && !manifest.permissions?.background)
      problems.add(
        'behaviour.json',
        `/after/${index}/as`,
        'acts with the plugin’s own rights, which it does not ask for',
        {
          hint: 'Add "background": true to permissions in plugin.json.',
        },
      )
  for (const [index, migration] of behaviour.migrations.entries())
    if (compareVersions(migration.version, version) > 0)
      problems.add(
        'behaviour.json',
        `/migrations/${index}/version`,
        `is later than ${version}, the version of the package`,
      )
  const actions = Object.keys(source.files).flatMap((path) => /^actions\/(.+)\.json$/.exec(path)?.[1] ?? [])
  for (const [index, action] of behaviour.actions.entries())
    if (!actions.includes(action))
      problems.add('behaviour.json', `/actions/${index}`, `there is no metadata/actions/${action}.json`, {
        hint: didYouMean(nearest(action, actions)),
      })
  for (const { path, message, hint } of readForm(manifest.settings).problems)
    problems.add('plugin.json', path, message, { hint })
  return problems.list
}

/** What can be said of it beside the other packages of an organisation. */
export function checkNamesIn(model: Model, { manifest, behaviour }: PluginArchive): Problem[] {
  const problems = new Found()
  const entities = model.all().map(({ entity }) => entity.name)
  const fieldsOf = (file: string, path: string, name: string): ReadonlySet<string> | undefined => {
    const found = model.find(name)
    if (!found) {
      problems.add(file, path, `there is no entity “${name}”`, {
        hint: didYouMean(nearest(name, entities)) ?? 'Entities are named with their package in front.',
      })
      return undefined
    }
    return new Set([...found.entity.fields, ...STANDARD_FIELDS].map((field) => field.name))
  }
  const checkFields = (file: string, path: string, entity: string, names: readonly string[] | true | undefined) => {
    const known = fieldsOf(file, path, entity)
    if (!known || names === undefined || names === true) return
    for (const [index, name] of names.entries())
      if (!known.has(name))
        problems.add(file, `${path}/${index}`, `${entity} has no field “${name}”`, {
          hint: didYouMean(nearest(name, [...known])),
        })
  }
  for (const kind of ['before', 'after'] as const)
    for (const [index, hook] of behaviour[kind].entries())
      checkFields('behaviour.json', `/${kind}/${index}`, hook.entity, hook.fields)
  for (const [entity, permission] of Object.entries(manifest.permissions?.records ?? {}))
    for (const right of ['read', 'create', 'update'] as const)
      checkFields('plugin.json', pointer(pointer('/permissions/records', entity), right), entity, permission[right])
  return problems.list
}

class Found {
  readonly list: Problem[] = []

  add(file: string, path: string, message: string, { hint }: { hint?: string | undefined } = {}): void {
    const known = this.list.some((one) => one.file === file && one.path === path && one.message === message)
    if (!known) this.list.push({ file, path, key: 'plugin', message, ...(hint === undefined ? {} : { hint }) })
  }
}

function checkNames(
  kind: 'before' | 'after' | 'jobs' | 'routes' | 'migrations',
  behaviour: Behaviour,
  found: Found,
): void {
  const names = behaviour[kind].map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index)
      found.add('behaviour.json', `/${kind}/${index}/name`, `there are two called “${name}”`)
}

function checkRoutes({ routes }: Behaviour, secrets: readonly string[], found: Found): void {
  for (const [index, { method, path, access, signature }] of routes.entries()) {
    const at = `/routes/${index}`
    const same = routes.findIndex((one) => one.method === method && one.path === path)
    if (same < index) found.add('behaviour.json', at, `answers ${method} ${path}, as another one does`)
    if (access === 'signed' && !signature)
      found.add('behaviour.json', at, 'is for signed calls and does not say how they are signed')
    if (signature && !secrets.includes(signature.secret))
      found.add(
        'behaviour.json',
        `${at}/signature/secret`,
        `names “${signature.secret}”, which plugin.json does not have among its secrets`,
        {
          hint: didYouMean(nearest(signature.secret, secrets)),
        },
      )
  }
}
