// Every component in every state, light and dark side by side, in the language chosen: for those who build the studio, to
// look at before they call something finished.
import { html } from 'lit'
import { customElement } from 'lit/decorators.js'
import { setApiTenant } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { PSEUDO, setLocale, showIn } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { metaStore, text } from '../app/meta.ts'
import { hrefOf, route, setQuery } from '../app/router.ts'
import { profile } from '../app/session.ts'
import { setTitle } from '../shell/header.ts'
import { seedAnswers } from './answers.ts'
import { parts } from './parts.ts'
import './page.css'
import { sampleMeta, words } from './sample.ts'

export type Theme = 'light' | 'dark'
const THEMES: readonly Theme[] = ['light', 'dark']
/** By the name in the address. Languages are called what they call themselves. */
const LANGUAGES: Readonly<Record<string, { tag: string; name: string }>> = {
  en: { tag: 'en-GB', name: 'English' },
  ru: { tag: 'ru-RU', name: 'Русский' },
  pseudo: { tag: PSEUDO, name: 'Þšéûđö' },
}
const DENSITIES = ['compact', 'comfortable'] as const

@customElement('rl-gallery')
export class RlGallery extends RlElement {
  #language = ''

  override connectedCallback(): void {
    super.connectedCallback()
    // Whoever goes on to a tenant reads its own metadata anew.
    setApiTenant(sampleMeta.tenant.slug)
    seedAnswers()
    metaStore.set(sampleMeta)
    this.whileConnected(
      route.subscribe(() => this.requestUpdate()),
      () => void setLocale(profile.get()?.locale ?? null),
    )
  }

  protected override willUpdate(): void {
    const wanted = route.get().query.get('language') ?? ''
    if (wanted === this.#language) return
    this.#language = wanted
    const tag = LANGUAGES[wanted]?.tag
    void (tag ? showIn(tag) : setLocale(profile.get()?.locale ?? null))
    setTitle(text(words.title))
  }

  protected override render() {
    const density = route.get().query.get('density') ?? 'compact'
    return html`<main class="rl-gallery" data-density=${density} @click=${stayHere}>
      <header class="rl-gallery-head">
        <h1>${text(words.title)}</h1>
        ${this.#switch(
          'language',
          text(words.language),
          Object.entries(LANGUAGES).map(([value, { name }]) => [value, name]),
        )}
        ${this.#switch(
          'density',
          text(words.density),
          DENSITIES.map((one) => [one, one]),
        )}
        <a class="rl-button" quiet icon-only data-leads href=${hrefOf.home('')} aria-label=${text(words.leave)}>${icon('x')}</a>
      </header>
      ${parts.map(
        ({ name, label, render, isWide }) => html`<section class="rl-gallery-part" id=${name} ?data-wide=${isWide}>
          <h2>${text(label)}</h2>
          ${THEMES.map((theme) => html`<div class="rl-gallery-pane" data-theme=${theme}>${render(theme)}</div>`)}
        </section>`,
      )}
    </main>`
  }

  #switch(name: string, label: string, options: readonly (readonly [string, string])[]) {
    const chosen = route.get().query.get(name) ?? options[0]?.[0]
    return html`<label class="rl-gallery-switch"
      ><span class="rl-muted">${label}</span
      ><span class="rl-select"
        ><select class="rl-input" name=${name} @change=${(event: Event) => setQuery({ [name]: inputValue(event) }, { replace: true })}>
          ${options.map(([value, shown]) => html`<option value=${value} ?selected=${value === chosen}>${shown}</option>`)}
        </select>${icon('chevron-down')}</span
      ></label
    >`
  }
}

/** Links of specimens lead to records that do not exist. */
function stayHere(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link && !link.hasAttribute('data-leads')) event.preventDefault()
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-gallery': RlGallery
  }
}
