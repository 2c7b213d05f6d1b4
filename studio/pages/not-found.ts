// An address that leads nowhere, or to something this person may not see: the two look alike on purpose.
import { html } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import { hrefOf } from '../app/router.ts'

@customElement('rl-not-found')
export class RlNotFound extends RlElement {
  /** Outside the frame: not even the organisation is known. */
  @property({ attribute: false }) isWholePage = false

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('notFound.title'))
  }

  protected override render() {
    const message = html`<div class="rl-empty">
      ${icon('compass')}
      ${this.isWholePage ? html`<h1>${t('notFound.title')}</h1>` : html`<h2>${t('notFound.title')}</h2>`}
      <p>${t('notFound.text')}</p>
      <a class="rl-button" href=${this.isWholePage ? '/' : hrefOf.home()}>${t('notFound.home')}</a>
    </div>`
    if (this.isWholePage) return html`<main class="rl-alone">${message}</main>`
    return html`${pageHead({ title: t('notFound.short') })}
      <div class="rl-page">${message}</div>`
  }
}
