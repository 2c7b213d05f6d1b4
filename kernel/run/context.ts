// What every read and write is given: whose request it is, the one version it sees, and where to run.
import type { RuleEnvironment } from '../../sdk/rules/index.ts'
import type { Actor } from '../actor.ts'
import type { BeforeHooks } from './before-hooks.ts'
import { actorInputs, environmentOf } from './actor-inputs.ts'
import { actorRights } from '../plan/plugin-rights.ts'
import type { Rights } from '../plan/rights.ts'
import type { Seal } from '../plan/field-value.ts'
import type { GuardedWrite, WriteGuard } from './guard.ts'
import { keepMarks } from './mark-shared.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { EntityModel, Model } from '../catalog/model.ts'

export interface Context {
  loaded: LoadedTenant
  model: Model
  actor: Actor
  rights: Rights
  seal: Seal
  /** What rules may ask of the moment and of whoever asks. */
  environment: RuleEnvironment
  /** The same and how far rights reach, for every statement: values of `env:` and `acl:`. */
  inputs: Readonly<Record<string, string | null>>
  /** By trait of the entity; run after the write, in its transaction, so that they see its result. */
  guards: Readonly<Record<string, WriteGuard>>
  /** What plugins say before a write; null: they are not asked, as by the kernel's own work. */
  hooks: BeforeHooks | null
  /** The writer knows that there may be such a record already: duplicate rules that only warn are not asked. */
  acceptsDuplicates: boolean
}

export function makeContext(
  loaded: LoadedTenant,
  actor: Actor,
  seal: Seal,
  guards: Context['guards'] = {},
  hooks: BeforeHooks | null = null,
): Context {
  const environment = environmentOf(actor)
  return {
    loaded,
    model: loaded.model,
    actor,
    rights: actorRights(loaded.model, actor),
    seal,
    environment,
    inputs: actorInputs(actor, environment),
    guards,
    hooks,
    acceptsDuplicates: false,
  }
}

/** Everything that a compiled statement depends on beside its shape. */
export function cacheKey(context: Context, entity: EntityModel): string {
  return `${context.loaded.tenant.schema} ${context.model.key} ${context.rights.key} ${context.acceptsDuplicates} ${entity.entity.id}`
}

/** Asks the guard of the entity, when it has one. */
export async function askGuard(
  { model, actor, rights, guards }: Context,
  write: Omit<GuardedWrite, 'model' | 'actor' | 'rights'>,
): Promise<void> {
  await guardOf(guards, write.entity)?.({ model, actor, rights, ...write })
}

/** This room's own guards, which no context goes without. */
const OWN_GUARDS: Context['guards'] = { share: keepMarks }

export function guardOf(guards: Context['guards'], entity: EntityModel): WriteGuard | undefined {
  const [own, other] = [ofTrait(OWN_GUARDS, entity), ofTrait(guards, entity)]
  if (!own || !other) return own ?? other
  return async (write) => {
    await own(write)
    await other(write)
  }
}

function ofTrait(guards: Context['guards'], entity: EntityModel): WriteGuard | undefined {
  const trait = entity.entity.traits.find((name) => Object.hasOwn(guards, name))
  return trait === undefined ? undefined : guards[trait]
}
