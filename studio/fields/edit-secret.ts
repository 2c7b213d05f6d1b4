// A password or a token: written, never shown. `true` says that one is set.
import { html, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import { t } from '../app/i18n.ts'
import { inputValue } from '../app/inputs.ts'
import { control } from './control.ts'
import type { Editor } from './editor.ts'

export const editSecret: Editor = (context) => {
  const { value } = context
  const isSet = value === true
  const typed = typeof value === 'string' ? value : ''
  return html`<span class="rl-secret">
    <input
      type="password"
      ${control(context)}
      class="rl-input"
      autocomplete="new-password"
      placeholder=${isSet ? t('fields.secret.isSet') : nothing}
      .value=${live(typed)}
      @input=${(event: Event) => context.change(inputValue(event) || null)}
    />
    ${
      isSet && !context.disabled && !context.required
        ? html`<button type="button" class="rl-button" quiet @click=${() => context.change(null)}>${t('fields.secret.remove')}</button>`
        : nothing
    }
  </span>`
}
