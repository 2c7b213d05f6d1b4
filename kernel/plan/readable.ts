// What of a record the actor may see by way of a path: a name is worth no more in a select than in a filter or a sum.
import { RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { isPending } from '../catalog/pending.ts'
import { isReadableRight } from './field-rights.ts'
import { type ResolvedPath, resolvePath } from './paths.ts'
import type { Rights } from './rights.ts'

/**
 * Each record and field on the way must be readable, and the records that a roll-up is made of. What records on the way
 * hold that this actor may not read is not there for them (sql/row-source.ts).
 * @param parameter as in the request, for the message
 * @throws RL204 a secret · RL301
 */
export function requirePath(
  model: Model,
  { path, steps, entity, leaf }: ResolvedPath,
  parameter: string,
  rights: Rights,
  start: EntityModel = entity,
): void {
  let current = start
  for (const step of steps) {
    const over = current.field(step.name)
    if (over && !isReadableRight(rights.field(current, over))) throw notReadable(path)
    rights.require(step.target, 'read')
    current = step.target
  }
  const isName = leaf.kind === 'standard' && leaf.standard.name === 'display_name'
  const right = leaf.kind === 'standard' ? (isName ? rights.name(entity) : 'read') : rights.field(entity, leaf.field)
  if (!isReadableRight(right)) throw notReadable(path)
  if (leaf.kind === 'part' && !fieldType(leaf.field.type).isReadable)
    throw new RelataError('RL204', `“${path}” is a secret and cannot be used in ${parameter}.`)
  const counted = leaf.kind === 'rollup' ? countedBy(model, leaf.field) : undefined
  if (counted) rights.require(counted, 'read')
}

/** @throws RL202 RL204 RL212 RL301 */
export function requireReadable(
  model: Model,
  entity: EntityModel,
  path: string,
  parameter: string,
  rights: Rights,
): ResolvedPath {
  const resolved = resolvePath(model, entity, path, parameter)
  requirePath(model, resolved, parameter, rights, entity)
  const { entity: owner, leaf } = resolved
  const isComputed = leaf.kind === 'formula' || leaf.kind === 'rollup'
  if (isComputed && isPending(model, owner, leaf.field)) throw stillPending(path)
  return resolved
}

/** Found, ordered or summed by, a field tells as much as shown. */
export function notReadable(path: string): RelataError {
  return new RelataError('RL301', `Your role does not allow you to read “${path}”.`, {
    hint: 'Ask an administrator of this organisation for a role that allows it.',
  })
}

/** An order, a choice or a sum made with values that are not there yet would be wrong without anybody seeing it. */
function stillPending(path: string): RelataError {
  return new RelataError('RL212', `The values of “${path}” are still being computed.`, {
    isPublic: true,
    hint: 'Try again in a while; the page “Jobs” shows how far the work is.',
  })
}

/** Left out where nobody named it. */
export function isOpen(model: Model, field: Field, rights: Rights): boolean {
  const counted = countedBy(model, field)
  return counted === undefined || rights.can(counted, 'read')
}

const countedBy = (model: Model, { options }: Field): EntityModel | undefined =>
  options.rollup && model.find(options.rollup.entity)
