// The head of every page: one title, then its actions. On narrow screens it also opens the drawer.
import { html, nothing, type TemplateResult } from 'lit'
import { fire } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'

export interface PageHead {
  title: string
  /** Beside the title: a count, a state. */
  beside?: TemplateResult | typeof nothing
  actions?: TemplateResult | typeof nothing
}

export function pageHead({ title, beside = nothing, actions = nothing }: PageHead): TemplateResult {
  return html`<header class="rl-header">
    <button
      type="button"
      class="rl-button rl-open-drawer"
      quiet
      icon-only
      aria-label=${t('shell.openMenu')}
      @click=${(event: Event) => event.target && fire(event.target, 'rl-open-drawer')}
    >
      ${icon('menu')}
    </button>
    <h1>${title}</h1>
    ${beside}
    <div class="rl-actions">${actions}</div>
  </header>`
}

/** Title of the tab: `People · Acme`. */
export function setTitle(...parts: readonly string[]): void {
  document.title = [...parts.filter(Boolean), 'Relata'].join(' · ')
}
