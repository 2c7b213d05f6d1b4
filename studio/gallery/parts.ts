// What the gallery shows, in the order of the page.
import { html, type TemplateResult } from 'lit'
import type { Text } from '../../sdk/metadata/source.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import '../shell/dialogs.css'
import { renderQuestion } from '../shell/dialogs.ts'
import { type MenuItem, renderItem } from '../shell/menu.ts'
import '../shell/sidebar.ts'
import { renderToast } from '../shell/toasts.ts'
import { renderEditors } from './editors.ts'
import { renderCards, renderEmptyStates, renderFilters, renderList } from './lists.ts'
import type { Theme } from './page.ts'
import { renderHistoryPart, renderPanel, renderReading, renderSaving, renderTabsPart } from './records.ts'
import { words } from './sample.ts'

export interface Part {
  name: string
  label: Text
  render: (theme: Theme) => TemplateResult
  /** One pane below the other. */
  isWide?: boolean
}

const nothingToDo = (): void => {}

function renderButtons() {
  const looks = [
    (rest: TemplateResult, isOff: boolean) =>
      html`<button type="button" class="rl-button" primary ?disabled=${isOff}>${rest}</button>`,
    (rest: TemplateResult, isOff: boolean) =>
      html`<button type="button" class="rl-button" ?disabled=${isOff}>${rest}</button>`,
    (rest: TemplateResult, isOff: boolean) =>
      html`<button type="button" class="rl-button" quiet ?disabled=${isOff}>${rest}</button>`,
    (rest: TemplateResult, isOff: boolean) =>
      html`<button type="button" class="rl-button" danger ?disabled=${isOff}>${rest}</button>`,
  ]
  const plain = html`${t('record.save')}`
  return html`${[plain, html`${icon('plus')}${t('filter.more')}`].map(
    (face) => html`<div class="rl-gallery-line">${looks.map((look) => look(face, false))}</div>`,
  )}
    <div class="rl-gallery-line">${looks.map((look) => look(plain, true))}</div>
    <div class="rl-gallery-line">${looks.map((look) => look(html`${text(words.busy)}`, true))}</div>
    <div class="rl-gallery-line">
      <button type="button" class="rl-button" quiet icon-only aria-label=${t('close')}>${icon('x')}</button>
      <button type="button" class="rl-button" quiet icon-only disabled aria-label=${t('close')}>${icon('x')}</button>
      <button type="button" class="rl-button" icon-only aria-label=${t('close')}>${icon('x')}</button>
      <button type="button" class="rl-button" primary large>${t('signIn')}</button>
      <a class="rl-button" href="#buttons">${t('profile.title')}</a>
      <a href="#buttons">${t('record.related.all')}</a>
      <kbd class="rl-kbd">${'?'}</kbd>
      <span class="rl-tag">${t('demo')}</span>
    </div>`
}

function renderMenus(theme: Theme) {
  const items: readonly MenuItem[] = [
    { label: t('record.copyLink'), icon: 'link' },
    { label: t('profile.title'), icon: 'circle-user', isCurrent: true, detail: t('demo') },
    { label: t('shortcuts.title'), icon: 'keyboard', key: '?' },
    { label: t('home.empty.member'), icon: 'text' },
    { label: t('record.delete'), icon: 'trash-2', isDangerous: true, startsGroup: true },
  ]
  return html`<div class="rl-gallery-line">
      <rl-menu label=${t('list.menu')} .face=${icon('ellipsis')} .items=${items}></rl-menu>
      <rl-menu look="quiet" .face=${html`${text(words.choose)}${icon('chevron-down')}`} .items=${items}></rl-menu>
    </div>
    <div class="rl-menu-list rl-gallery-still" role="menu" aria-label="${text(words.menus)} ${theme}">
      ${items.map((item) => renderItem(item, nothingToDo))}
    </div>`
}

function renderDialogs(theme: Theme) {
  const ask = (id: string, isDangerous: boolean, typed?: string) => html`<dialog
    open
    class="rl-dialog rl-gallery-still"
    aria-labelledby="${id}-title"
    aria-describedby="${id}-text"
  >
    ${renderQuestion(
      {
        title: t('trash.purge.title', { count: 3 }),
        text: `${t('trash.purge.text')} ${t('tenants.remove.text')}`,
        confirm: t('tenants.remove.confirm'),
        isDangerous,
        ...(typed === undefined ? {} : { typed }),
        answer: nothingToDo,
      },
      '',
      nothingToDo,
      id,
    )}
  </dialog>`
  return html`${ask(`dialog-plain-${theme}`, false)}${ask(`dialog-danger-${theme}`, true)}${ask(`dialog-typed-${theme}`, true, t('start.demo.name'))}`
}

function renderToasts() {
  const undo = { label: t('undo'), run: nothingToDo }
  return html`<div class="rl-gallery-stack">
    ${renderToast({ id: -1, kind: 'done', text: t('profile.saved') }, nothingToDo)}
    ${renderToast({ id: -1, kind: 'done', text: t('bulk.deleted', { count: 1_204 }), action: undo }, nothingToDo)}
    ${renderToast({ id: -1, kind: 'failed', text: t('network.unreachable') }, nothingToDo)}
    ${renderToast({ id: -1, kind: 'failed', text: t('app.newVersion'), action: { label: t('app.reload'), run: nothingToDo } }, nothingToDo)}
    <div class="rl-network">${icon('wifi-off')}<span>${t('network.offline')}</span></div>
  </div>`
}

const renderSidebar = () => html`<div class="rl-gallery-frame"><rl-sidebar></rl-sidebar></div>`

export const parts: readonly Part[] = [
  { name: 'buttons', label: words.buttons, render: renderButtons },
  { name: 'menus', label: words.menus, render: renderMenus },
  { name: 'dialogs', label: words.dialogs, render: renderDialogs },
  { name: 'toasts', label: words.toasts, render: renderToasts },
  { name: 'sidebar', label: words.sidebar, render: renderSidebar },
  { name: 'tabs', label: words.tabs, render: renderTabsPart },
  { name: 'filters', label: words.filters, render: renderFilters },
  { name: 'empty', label: words.empty, render: renderEmptyStates },
  { name: 'list', label: words.list, render: renderList, isWide: true },
  { name: 'cards', label: words.cards, render: renderCards },
  { name: 'reading', label: words.reading, render: renderReading },
  { name: 'saving', label: words.saving, render: renderSaving },
  { name: 'history', label: words.history, render: renderHistoryPart },
  { name: 'panel', label: words.panel, render: renderPanel },
  { name: 'editors', label: words.editors, render: renderEditors },
]
