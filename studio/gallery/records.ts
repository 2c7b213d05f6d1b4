// The parts of the gallery that belong to one record.
import { html } from 'lit'
import { t } from '../app/i18n.ts'
import { renderConflict } from '../record/conflict.ts'
import '../record/create-panel.ts'
import { type FormState, renderFields } from '../record/form.ts'
import { renderHistory } from '../record/history.ts'
import { renderRefused } from '../record/refused.ts'
import { renderTabs } from '../record/tabs.ts'
import { renderListTabs } from './lists.ts'
import type { Theme } from './page.ts'
import { CONTRACT, contract } from './sample.ts'
import { recordOf, type Sample, sampleHistory, sampleValue } from './values.ts'

const nothingToDo = (): void => {}

export function renderTabsPart(theme: Theme) {
  const tabs = [
    { id: `details-${theme}`, label: t('record.tab.details') },
    { id: `related-${theme}`, label: t('record.tab.related') },
    { id: `history-${theme}`, label: t('record.tab.history') },
  ]
  return html`${renderListTabs()}${renderTabs(tabs, `details-${theme}`, nothingToDo, t('record.related.none'))}`
}

export function renderReading() {
  const state = (sample: Sample): FormState => ({
    entity: contract,
    values: recordOf(sample),
    before: recordOf(sample),
    errors: {},
    recordId: sample,
    isOpen: () => false,
    isChanged: (field) => field === 'money',
    change: nothingToDo,
    open: nothingToDo,
  })
  return html`${(['usual', 'long', 'empty'] as const).map((sample) => html`<div class="rl-gallery-record">${renderFields(state(sample))}</div>`)}`
}

export function renderSaving() {
  const [base, theirs] = [recordOf('usual'), recordOf('long')]
  const mine = Object.fromEntries(['text', 'money', 'choice'].map((type) => [type, sampleValue(type, 'extreme')]))
  const refused = {
    texts: [t('refusal.duplicate')],
    alike: [base, theirs].map(({ id, display_name }) => ({ id, display_name })),
    hasMore: true,
    canAllow: true,
  }
  return html`${renderRefused(contract, refused, nothingToDo)} ${renderConflict(contract, { mine, base, theirs }, nothingToDo)}
    <div class="rl-save-bar">
      <span class="rl-muted" role="status">${t('record.unsaved', { count: 3 })}</span>
      <button type="button" class="rl-button">${t('record.cancel')}</button>
      <button type="button" class="rl-button" primary>${t('record.save')}</button>
    </div>`
}

export const renderHistoryPart = () => renderHistory(CONTRACT, 'usual', sampleHistory)

/** Not to be used: it would take the focus when it is drawn. */
export const renderPanel = () =>
  html`<div class="rl-gallery-panel" inert><rl-create-panel class="rl-panel" .entity=${CONTRACT}></rl-create-panel></div>`
