// What the list shows in place of rows, and beside its title.
import { html, nothing } from 'lit'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import { formatNumber, inSentence, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { setQuery } from '../app/router.ts'
import type { Count } from './rows.ts'
import type { ListState } from './state.ts'

export const newLabel = (entity: ClientEntity): string => t('list.new', { entity: inSentence(text(entity.label)) })

/** A count that was capped can be made exact on demand: it costs the server more than the rows do. */
export function renderCount(count: Count | undefined, countAll: () => void) {
  if (!count) return nothing
  if (count.isExact)
    return html`<span class="rl-count rl-num"><span class="rl-sr-only">${t('list.count', { count: count.value })}</span
      ><span aria-hidden="true">${formatNumber(count.value)}</span></span
    >`
  return html`<button type="button" class="rl-button rl-count rl-num" quiet title=${t('list.countAll')} @click=${countAll}>
    ${t('list.moreThan', { count: count.value })}
  </button>`
}

/** @param createHref where a new record is made */
export function renderEmpty(entity: ClientEntity, { chips, q, view }: ListState, createHref: string) {
  if (chips.length > 0 || q !== '')
    return html`<div class="rl-empty">
      ${icon('search-x')}
      <h2>${t('list.noMatch.title')}</h2>
      <p>${t('list.noMatch.text')}</p>
      <button type="button" class="rl-button" @click=${() => setQuery({ filter: null, q: null })}>${t('filter.clear')}</button>
    </div>`
  const title =
    view?.filter === undefined
      ? t('list.empty.title', { entities: inSentence(text(entity.plural)) })
      : t('list.emptyView.title')
  return html`<div class="rl-empty">
    ${icon(entity.icon)}
    <h2>${title}</h2>
    <p>${text(entity.description) || t('list.empty.text')}</p>
    ${entity.can.create ? html`<a class="rl-button" primary href=${createHref}>${newLabel(entity)}</a>` : nothing}
  </div>`
}

export function renderFailure(message: string, retry: () => void) {
  return html`<div class="rl-empty" role="alert">
    ${icon('circle-alert')}
    <h2>${t('list.failed')}</h2>
    <p>${message}</p>
    <button type="button" class="rl-button" @click=${retry}>${t('retry')}</button>
  </div>`
}
