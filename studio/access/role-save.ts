// Publishing a role that was changed, taking it back, deleting it; and what the server says against it, by its place.
import type { Problem } from '../../sdk/errors.ts'
import { pointer, pointerSegments } from '../../sdk/metadata/pointer.ts'
import type { WireRole } from '../../sdk/wire/role.ts'
import { ApiError, api } from '../app/api.ts'
import { t } from '../app/i18n.ts'
import { problemText, errorText } from '../app/refusal.ts'
import { type LayerFiles, checkLayer, publishLayer } from '../app/tenant-layer.ts'
import { forgetRecords } from '../app/records.ts'
import { ADMINISTER, type RoleDraft } from './role-draft.ts'
import { freeRoleName, pathOf, withoutRole, withRole } from './role-file.ts'
import type { RuleProblem } from './rule-dialog.ts'

/** A role as it is opened: what is published, and what packages say of it. */
export interface OpenRole {
  /** Qualified; '' for one that is not published yet. */
  name: string
  /** undefined: the organisation's own. */
  base: RoleDraft | undefined
}

/** @throws ApiError RL205 */
export const readRole = (name: string): Promise<WireRole> =>
  api.get<WireRole>(`access/roles/${encodeURIComponent(name)}`)

export interface SavedRole {
  /** Qualified. */
  name: string
  /** Publishes the role as it was; of a new one: without it. @throws ApiError */
  undo(): Promise<void>
}

/** One publish of the organisation's layer. @throws ApiError */
export async function saveRole({ name, base }: OpenRole, draft: RoleDraft, label: string): Promise<SavedRole> {
  let role = name
  const { before, after } = await publishLayer((files) => {
    role = name === '' ? `custom.${freeRoleName(files, label)}` : name
    return withRole(files, { role, draft, base })
  }, label)
  forgetRecords()
  return { name: role, undo: () => restore(role, before, after, label) }
}

/** @throws ApiError */
export async function deleteRole(role: string, label: string): Promise<() => Promise<void>> {
  const { before, after } = await publishLayer((files) => withoutRole(files, role), label)
  forgetRecords()
  return () => restore(role, before, after, label)
}

/** Only the file of the role goes back: others may have published meanwhile. */
async function restore(role: string, before: LayerFiles, after: LayerFiles, note: string): Promise<void> {
  const isFirst = Object.keys(before).length === 0
  await publishLayer((files) => {
    const path = pathOf(before, role) ?? pathOf(after, role) ?? ''
    const { [path]: _, ...others } = files
    const old = before[path]
    const isAlone = Object.keys(others).every((one) => one === 'package.json')
    return old === undefined ? (isFirst && isAlone ? {} : others) : { ...others, [path]: old }
  }, note)
  forgetRecords()
}

/** What the server says of the rule in one cell, were the role published as it stands. @throws ApiError */
export async function checkRule(
  { name, base }: OpenRole,
  draft: RoleDraft,
  entity: string,
  operation: string,
): Promise<readonly RuleProblem[]> {
  const place = pointer(pointer(pointer('/entities', entity), operation), 'rule')
  // A role that has no name yet is checked under one that nobody sees.
  const role = name === '' ? 'custom.role_to_check' : name
  const named = { ...draft, label: { en: role, ...draft.label } }
  const problems = await checkLayer((files) => withRole(files, { role, draft: named, base }))
  return problems
    .filter(({ path }) => path === place || path.startsWith(`${place}/`))
    .map((problem) => ({ path: problem.path.slice(place.length), message: said(problem) }))
}

export interface RefusedRole {
  /** `ENTITY OPERATION`, `ENTITY fields.NAME`, `administer` → what is wrong there. */
  cells: Readonly<Record<string, string>>
  /** What has no place on the page. */
  others: readonly string[]
}

export function refusalOf(error: unknown): RefusedRole {
  if (error instanceof ApiError && error.code === 'RL303')
    return { cells: { [ADMINISTER]: t('role.lastAdministrator') }, others: [] }
  if (!(error instanceof ApiError) || error.problems.length === 0) return { cells: {}, others: [errorText(error)] }
  const placed = error.problems.map((problem) => ({ key: keyOf(problem), text: said(problem) }))
  return {
    cells: Object.fromEntries(placed.flatMap(({ key, text }) => (key === undefined ? [] : [[key, text]]))),
    others: placed.flatMap(({ key, text }) => (key === undefined ? [text] : [])),
  }
}

function keyOf({ path, file }: Problem): string | undefined {
  if (file !== undefined && !file.startsWith('roles/')) return undefined
  const [member, entity, operation, field] = pointerSegments(path)
  if (member === 'administer') return ADMINISTER
  if (member !== 'entities' || entity === undefined) return undefined
  if (operation === undefined) return undefined
  return operation === 'fields' ? `${entity} fields.${field ?? ''}` : `${entity} ${operation}`
}

const said = (problem: Problem): string =>
  problem.hint === undefined ? problemText(problem) : `${problemText(problem)} ${problem.hint}`
