// From files to things: each entity, form, view … with all its layers merged, its qualified name and its stable id.
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import {
  type ActionSource,
  type AppSource,
  type EntitySource,
  type FormSource,
  KINDS,
  type Kind,
  type RelationshipTypeSource,
  type RoleSource,
  type ViewSource,
} from '../../sdk/metadata/source.ts'
import { type Layer, type MergeContext, type MergeRules, mergeLayers } from './merge.ts'
import {
  actionRules,
  appRules,
  entityRules,
  formRules,
  relationshipRules,
  roleRules,
  viewRules,
} from './merge-rules.ts'
import type { PackageOrder } from './order.ts'
import type { ParsedFile } from './packages.ts'
import type { Place } from './problems.ts'
import { qualify, qualifyMembers } from './qualify.ts'
import { checkShape } from './shape.ts'

export interface Thing<T> {
  /** `package:name` at birth. */
  id: string
  /** `package.name`. */
  name: string
  /** Package that brought it. */
  package: string
  value: T
  place: Place
}

export interface Things {
  entities: Thing<EntitySource>[]
  relationships: Thing<RelationshipTypeSource>[]
  forms: Thing<FormSource>[]
  views: Thing<ViewSource>[]
  apps: Thing<AppSource>[]
  roles: Thing<RoleSource>[]
  actions: Thing<ActionSource>[]
  /** Qualified names of files too broken to use, so that what refers to them is not blamed. */
  broken: ReadonlySet<string>
}

interface Stack {
  id: string
  name: string
  aliases: readonly string[]
  package: string
  place: Place
  layers: Layer[]
}

export function mergeThings(order: PackageOrder, context: MergeContext): Things {
  const broken = new Set<string>()
  const things = <S extends TSchema>(kind: Kind, schema: S, rules: (home: string) => MergeRules): Thing<Static<S>>[] =>
    stacksOf(order, kind, context).flatMap((stack) => {
      const value = mergeLayers(stack.layers, rules(stack.package), context)
      if (value['removed'] === true) return []
      delete value['removed']
      const isUsable = checkShape(schema, value, context.trace, context.problems, stack.place)
      if (isUsable && Value.Check(schema, value)) {
        return [{ id: stack.id, name: stack.name, package: stack.package, value, place: stack.place }]
      }
      broken.add(stack.name)
      return []
    })
  return {
    entities: things('entities', KINDS.entities.whole, entityRules),
    relationships: things('relationships', KINDS.relationships.whole, () => relationshipRules),
    forms: things('forms', KINDS.forms.whole, () => formRules),
    views: things('views', KINDS.views.whole, () => viewRules),
    apps: things('apps', KINDS.apps.whole, () => appRules),
    roles: things('roles', KINDS.roles.whole, () => roleRules),
    actions: things('actions', KINDS.actions.whole, actionRules),
    broken,
  }
}

function stacksOf(order: PackageOrder, kind: Kind, context: MergeContext): Stack[] {
  const { problems, trace } = context
  const stacks: Stack[] = []
  const files = order.packages.flatMap((one) =>
    one.files
      .filter((file) => file.kind === kind)
      .map((file) => ({ owner: one.name, file, place: { package: one.name, file: file.path, path: '' } })),
  )
  for (const { owner, file, place } of files) {
    if (file.extends !== undefined) continue
    const name = `${owner}.${String(file.value['name'])}`
    const id = birthId(file, owner)
    if (id === undefined) {
      problems.error(
        { ...place, path: '/id' },
        'bad_id',
        `must be a former name of this thing, or “${owner}:” and that name`,
      )
      continue
    }
    const twin = stacks.find((stack) => stack.name === name || stack.id === id)
    if (twin) {
      problems.error(place, 'duplicate_name', `“${name}” is already in ${twin.place.file}`, {
        params: { other: twin.place.file },
      })
      continue
    }
    const aliases = aliasesOf(file, owner)
    qualifyMembers(kind, file.value, owner, trace)
    stacks.push({ id, name, aliases, package: owner, place, layers: [{ package: owner, value: file.value }] })
  }
  for (const { owner, file } of files) {
    if (file.extends === undefined) continue
    const wanted = qualify(file.extends, owner)
    const stack = stacks.find((one) => one.name === wanted) ?? stacks.find((one) => one.aliases.includes(wanted))
    const place = trace.member(file.value, 'extends')
    if (!stack) {
      problems.error(place, 'unknown_name', `there is no “${wanted}” in ${kind} to extend`, {
        hint: didYouMean(
          nearest(
            wanted,
            stacks.map((one) => one.name),
          ) ?? stacks.find((one) => one.name.endsWith(`.${String(file.extends)}`))?.name,
        ),
      })
    } else if (!order.below(owner).has(stack.package)) {
      problems.error(place, 'not_required', notRequired(owner, stack.package), { hint: requireHint(stack.package) })
    } else {
      qualifyMembers(kind, file.value, owner, trace)
      stack.layers.push({ package: owner, value: file.value })
    }
  }
  return stacks
}

/** The author's `id` is the first name, alone or with the package in front. */
function birthId(file: ParsedFile, owner: string): string | undefined {
  const id = file.value['id'] ?? file.value['name']
  const short = String(id).startsWith(`${owner}:`) ? String(id).slice(owner.length + 1) : String(id)
  return /^[a-z][a-z0-9_]{0,80}$/.test(short) ? `${owner}:${short}` : undefined
}

function aliasesOf(file: ParsedFile, owner: string): string[] {
  const aliases = file.value['aliases']
  return Array.isArray(aliases) ? aliases.map((alias) => qualify(String(alias), owner)) : []
}

export function notRequired(owner: string, other: string): string {
  return `“${owner}” uses “${other}” without requiring it`
}

export function requireHint(other: string): string {
  return `Add "${other}" to "requires" in package.json.`
}
