// What the list shows in place of rows, and beside its title.
import { html, nothing } from 'lit'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import { inSentence, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, pathLabel, text } from '../app/meta.ts'
import { setQuery } from '../app/router.ts'
import type { ListState } from './state.ts'

const PLUGIN = 'system.plugin'
/** Roles are made by publishing and plugins by installing, on pages of their own. */
const ON_PAGES: ReadonlySet<string> = new Set(['system.role', PLUGIN])

export const mayCreate = (entity: ClientEntity): boolean =>
  entity.can.create || (ON_PAGES.has(entity.name) && meta.all.administer)

export const newLabel = (entity: ClientEntity): string =>
  entity.name === PLUGIN ? t('plugin.install') : t('list.new', { entity: inSentence(text(entity.label)) })

/** @param createHref where a new record is made */
export function renderEmpty(entity: ClientEntity, { chips, q, view }: ListState, createHref: string) {
  if (chips.length > 0 || q !== '') return renderNoMatch(entity, chips, q)
  const title =
    view?.filter === undefined
      ? t('list.empty.title', { entities: inSentence(text(entity.plural)) })
      : t('list.emptyView.title')
  return html`<div class="rl-empty">
    ${icon(entity.icon)}
    <h2>${title}</h2>
    <p>${text(entity.description) || t('list.empty.text')}</p>
    ${mayCreate(entity) ? html`<a class="rl-button" primary href=${createHref}>${newLabel(entity)}</a>` : nothing}
  </div>`
}

/** Says what keeps the rows away, and takes exactly that away. */
function renderNoMatch(entity: ClientEntity, chips: ListState['chips'], q: string) {
  const fields = [...new Set(chips.map(({ path }) => pathLabel(entity.name, path)))].join(', ')
  const said =
    chips.length === 0
      ? { text: t('list.noMatch.search', { q }), clear: t('list.clearSearch') }
      : q === ''
        ? { text: t('list.noMatch.filter', { fields }), clear: t('list.clearFilters') }
        : { text: t('list.noMatch.both', { q, fields }), clear: t('list.clearBoth') }
  return html`<div class="rl-empty">
    ${icon('search-x')}
    <h2>${t('list.noMatch.title')}</h2>
    <p translate="no">${said.text}</p>
    <button type="button" class="rl-button" @click=${() => setQuery({ filter: null, q: null })}>${said.clear}</button>
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
