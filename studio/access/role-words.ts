// How far a right reaches, in a word, in a sentence and in a small picture: as many bars as scopes it goes beyond.
import { html, type TemplateResult } from 'lit'
import { type Operation, type Scope, SCOPES, type ScopeName } from '../../sdk/metadata/rights.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { OTHERS } from './role-draft.ts'

export type ScopeKind = ScopeName | 'rule'
export const KINDS: readonly ScopeKind[] = [...SCOPES, 'rule']

export const kindOf = (scope: Scope): ScopeKind => (typeof scope === 'string' ? scope : 'rule')
export const scopeWord = (scope: Scope): string => t(`scope.${kindOf(scope)}`)
export const scopeAbout = (kind: ScopeKind): string => t(`scope.${kind}.about`)
export const operationWord = (operation: Operation): string => t(`operation.${operation}`)

export function entityWord(name: string): string {
  if (name === OTHERS) return t('role.others')
  const entity = meta.entity(name)
  return entity ? text(entity.plural) || text(entity.label) : name
}

/** Decoration: the word stands beside it. */
export function reach(kind: ScopeKind): TemplateResult {
  if (kind === 'rule') return html`<span class="rl-reach-rule">${icon('list-filter')}</span>`
  const bars = SCOPES.indexOf(kind)
  return html`<span class="rl-reach" style="--rl-bars: ${bars}" aria-hidden="true"></span>`
}
