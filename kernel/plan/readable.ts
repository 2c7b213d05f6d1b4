// What of a record the actor may see by way of a path: a name is worth no more in a select than in a filter or a sum.
import { RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { isPending } from '../catalog/pending.ts'
import { type ResolvedPath, resolvePath } from './paths.ts'
import type { Rights } from './rights.ts'

/**
 * Each record on the way must be readable, and those that a roll-up is made of. A formula is its author's word: what it
 * makes of other records is meant to be seen with its own.
 * @param parameter as in the request, for the message
 * @throws RL204 a secret · RL301
 */
export function requirePath(
  model: Model,
  { path, steps, leaf }: ResolvedPath,
  parameter: string,
  rights: Rights,
): void {
  for (const step of steps) rights.require(step.target, 'read')
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
  requirePath(model, resolved, parameter, rights)
  const { entity: owner, leaf } = resolved
  const isComputed = leaf.kind === 'formula' || leaf.kind === 'rollup'
  if (isComputed && isPending(model, owner, leaf.field)) throw stillPending(path)
  return resolved
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
