// Everything that a plugin asks for, each line with a box. Fires `rl-grants` (keys that are granted).
import { html, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { WireAsked } from '../../sdk/wire/plugins.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { isChecked } from '../app/inputs.ts'
import { type GrantLine, grantLines, SUBJECTS } from './ask-words.ts'
import './grants.css'

@customElement('rl-grants')
export class RlGrants extends RlElement {
  @property({ attribute: false }) asked: readonly WireAsked[] = []
  @property({ attribute: false }) granted: ReadonlySet<string> = new Set()
  @property({ type: Boolean }) disabled = false
  /** Not everything is new: what is, is marked. */
  @property({ type: Boolean }) marked = false

  protected override render() {
    if (this.asked.length === 0) return html`<p class="rl-muted">${t('grants.none')}</p>`
    const lines = grantLines(this.asked)
    return SUBJECTS.map((subject) => {
      const of = lines.filter((line) => line.subject === subject)
      if (of.length === 0) return nothing
      return html`<fieldset class="rl-grants-part" ?disabled=${this.disabled}>
        <legend>${t(`grants.${subject}`)}</legend>
        ${of.map((line) => this.renderLine(line))}
      </fieldset>`
    })
  }

  private renderLine(line: GrantLine) {
    const held = line.keys.filter((key) => this.granted.has(key)).length
    return html`<label class="rl-grant" ?data-off=${held === 0}>
      <input
        type="checkbox"
        .checked=${held === line.keys.length}
        .indeterminate=${held > 0 && held < line.keys.length}
        @change=${(event: Event) => this.change(line, isChecked(event))}
      />
      ${icon(line.icon)}
      <span class="rl-grant-text">${line.text}</span>
      ${line.isDelicate ? html`<span class="rl-grant-mark" data-kind="delicate">${t('grants.delicate')}</span>` : nothing}
      ${this.marked && line.isNew ? html`<span class="rl-grant-mark" data-kind="new">${t('grants.new')}</span>` : nothing}
    </label>`
  }

  private change({ keys }: GrantLine, isOn: boolean): void {
    const granted = new Set(this.granted)
    for (const key of keys) {
      if (isOn) granted.add(key)
      else granted.delete(key)
    }
    fire(this, 'rl-grants', granted)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-grants': RlGrants
  }
}
