import { RelataError } from '../../sdk/errors.ts'
import { type Actor, isSystem } from '../actor.ts'
import type { Model } from '../catalog/model.ts'
import { canAdminister } from '../catalog/rights.ts'

/** @throws RL301 */
export function requireAdminister(model: Model, actor: Actor): void {
  if (isSystem(actor) || canAdminister(model, actor)) return
  throw new RelataError('RL301', 'Only administrators of this organisation may do this.')
}
