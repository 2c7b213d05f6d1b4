// From a role that was changed to the file that says so in the organisation's own layer: the whole role where it is its
// own, and only what differs where a package brought it. Pure.
import { type Grant, OPERATIONS } from '../../sdk/metadata/rights.ts'
import { freeName } from '../new-entity/names.ts'
import { isSameScope, type RoleDraft, type Texts, trimmed } from './role-draft.ts'

export type Files = Readonly<Record<string, unknown>>

const PACKAGE = 'custom'
const FOLDER = 'roles/'

/** Where the layer speaks of this role; undefined: nowhere yet. */
export function pathOf(files: Files, role: string): string | undefined {
  return Object.keys(files).find((path) => {
    const file = recordOf(files[path])
    const { name, extends: of } = file
    return path.startsWith(FOLDER) && (of === role || (of === undefined && `${PACKAGE}.${String(name)}` === role))
  })
}

/** A name that no role of the layer has, from what people call it. */
export const freeRoleName = (files: Files, label: string): string => freeName(label, 'role', stems(files))

const stems = (files: Files): Set<string> =>
  new Set(
    Object.keys(files)
      .filter((path) => path.startsWith(FOLDER))
      .map((path) => path.slice(FOLDER.length).replace(/\.json$/, '')),
  )

export interface WrittenRole {
  /** Qualified. */
  role: string
  draft: RoleDraft
  /** What packages say of it; undefined: it is the organisation's own. */
  base: RoleDraft | undefined
}

/** @returns the layer with the role in it; a file that would say nothing is left out */
export function withRole(files: Files, written: WrittenRole): Files {
  const present = pathOf(files, written.role)
  const file = fileOf(written, recordOf(present === undefined ? undefined : files[present]))
  const { [present ?? '']: _, ...others } = files
  if (!file) return others
  const path =
    present ??
    `${FOLDER}${written.base ? freeName(stemOf(written.role), 'role', stems(files)) : shortOf(written.role)}.json`
  return requiring({ ...others, [path]: file }, namedIn(file))
}

export function withoutRole(files: Files, role: string): Files {
  const { [pathOf(files, role) ?? '']: _, ...others } = files
  return others
}

const shortOf = (role: string): string => role.slice(role.indexOf('.') + 1)
const stemOf = (role: string): string => role.replace('.', '_')

function fileOf(
  { role, draft, base }: WrittenRole,
  present: Record<string, unknown>,
): Record<string, unknown> | undefined {
  if (base) return extensionOf(role, draft, base)
  const description = trimmed(draft.description)
  const { $schema, id } = present
  return {
    ...($schema === undefined ? {} : { $schema }),
    ...(id === undefined ? {} : { id }),
    name: shortOf(role),
    label: trimmed(draft.label),
    ...(Object.keys(description).length > 0 ? { description } : {}),
    ...(draft.administer ? { administer: true } : {}),
    ...(draft.secondFactor ? { second_factor: true } : {}),
    entities: Object.fromEntries(Object.entries(draft.entities).map(([name, line]) => [name, said(line)])),
  }
}

/** A line without what it does not give. */
function said({ fields, ...scopes }: Grant): Grant {
  const given = OPERATIONS.flatMap((operation) => {
    const scope = scopes[operation]
    return scope === undefined || scope === 'none' ? [] : [[operation, scope] as const]
  })
  return { ...Object.fromEntries(given), ...(fields && Object.keys(fields).length > 0 ? { fields } : {}) }
}

function extensionOf(role: string, draft: RoleDraft, base: RoleDraft): Record<string, unknown> | undefined {
  const label = newTexts(draft.label, base.label)
  const description = newTexts(draft.description, base.description)
  const entities = Object.fromEntries(
    Object.entries(draft.entities).flatMap(([name, line]) => {
      const below = base.entities[name]
      const change = below ? changeOf(line, below) : said(line)
      return below && Object.keys(change).length === 0 ? [] : [[name, change]]
    }),
  )
  const change = {
    ...(label ? { label } : {}),
    ...(description ? { description } : {}),
    ...(draft.administer === base.administer ? {} : { administer: draft.administer }),
    ...(draft.secondFactor === base.secondFactor ? {} : { second_factor: draft.secondFactor }),
    ...(Object.keys(entities).length > 0 ? { entities } : {}),
  }
  return Object.keys(change).length === 0 ? undefined : { extends: role, ...change }
}

/** Only languages that say something else: the others stay as the package has them. */
function newTexts(texts: Texts, below: Texts): Texts | undefined {
  const said = Object.entries(trimmed(texts)).filter(([language, text]) => below[language] !== text)
  return said.length > 0 ? Object.fromEntries(said) : undefined
}

/** What has to be said over the line below; what it gives and shall not give is said to be none. */
function changeOf(line: Grant, below: Grant): Grant {
  const scopes = OPERATIONS.flatMap((operation) => {
    const [now, before] = [line[operation] ?? 'none', below[operation] ?? 'none']
    return isSameScope(now, before) ? [] : [[operation, now] as const]
  })
  const fields = isSameFields(line, below) ? {} : { fields: line.fields ?? {} }
  return { ...Object.fromEntries(scopes), ...fields }
}

function isSameFields({ fields: a = {} }: Grant, { fields: b = {} }: Grant): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(
    (field) => (a[field] ?? 'edit') === (b[field] ?? 'edit'),
  )
}

/** Packages whose things a file names. */
function namedIn(file: Record<string, unknown>): string[] {
  const names = [String(file['extends'] ?? ''), ...Object.keys(recordOf(file['entities']))]
  return names.flatMap((name) => (name.includes('.') ? [name.slice(0, name.indexOf('.'))] : []))
}

/** A layer must require the packages that it speaks of. */
function requiring(files: Files, packages: readonly string[]): Files {
  const manifest = recordOf(files['package.json'])
  const needed = Object.fromEntries(packages.filter((name) => name !== PACKAGE).map((name) => [name, '*']))
  return {
    ...files,
    'package.json': {
      name: PACKAGE,
      version: '1.0.0',
      label: 'Custom',
      ...manifest,
      requires: { ...needed, ...recordOf(manifest['requires']) },
    },
  }
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
