// Which records a right reaches, as a rule: put together as a filter, or written as JSON where a filter cannot say it.
// What is wrong is told at its line before the rule is used.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { lineOf } from '../../sdk/cli/locate.ts'
import { findJsonFault, lineAndColumn } from '../../sdk/metadata/json-text.ts'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { errorText } from '../app/refusal.ts'
import '../list/filter-bar.ts'
import { filterOf } from '../list/filter.ts'
import type { Chip } from '../list/state.ts'
import { chipsOf } from './rule-chips.ts'

export interface RuleProblem {
  /** JSON pointer into the rule. */
  path: string
  message: string
}

export interface RuleQuestion {
  title: string
  entity: ClientEntity | undefined
  /** undefined: a new one. */
  rule: unknown
  /** What the server says against it. @throws ApiError */
  check(rule: unknown): Promise<readonly RuleProblem[]>
  use(rule: unknown): void
}

const EXAMPLE = '{ "==": [{ "var": "owner" }, { "me": [] }] }'

@customElement('rl-rule-dialog')
export class RlRuleDialog extends RlElement {
  @state() private asked: RuleQuestion | undefined
  @state() private mode: 'filter' | 'json' = 'filter'
  /** undefined: no filter says the rule. */
  @state() private chips: readonly Chip[] | undefined = []
  @state() private json = ''
  @state() private problems: readonly string[] = []
  @state() private isChecking = false
  @query('dialog') private dialog!: HTMLDialogElement

  async ask(asked: RuleQuestion): Promise<void> {
    this.asked = asked
    this.chips = asked.rule === undefined || !asked.entity ? [] : chipsOf(asked.entity, asked.rule)
    this.json = asked.rule === undefined ? '' : written(asked.rule)
    this.mode = this.chips && asked.entity ? 'filter' : 'json'
    this.problems = []
    await this.updateComplete
    this.dialog.showModal()
    this.querySelector<HTMLElement>('.rl-rule-add, .rl-rule-json, .rl-chip-main')?.focus()
  }

  protected override render() {
    const { asked } = this
    return html`<dialog class="rl-dialog rl-rule-dialog" aria-labelledby="rl-rule-title">
      ${asked ? this.renderForm(asked) : nothing}
    </dialog>`
  }

  private renderForm({ title, entity }: RuleQuestion) {
    // No form: the filter has forms of its own in it.
    return html`<div class="rl-rule-form">
      <h2 id="rl-rule-title">${title}</h2>
      ${
        entity
          ? html`<div class="rl-strip" role="radiogroup" aria-labelledby="rl-rule-title">
              ${(['filter', 'json'] as const).map(
                (mode) => html`<label
                  ><input type="radio" name="rule-mode" .checked=${mode === this.mode} @change=${() => this.show(mode)} /><span>${t(`rule.${mode}`)}</span></label
                >`,
              )}
            </div>`
          : nothing
      }
      ${this.mode === 'filter' && entity ? this.renderFilter(entity) : this.renderJson()}
      <div role="alert">${this.problems.map((problem) => html`<p class="rl-error">${problem}</p>`)}</div>
      <div class="rl-dialog-actions">
        <button type="button" class="rl-button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
        <button type="button" class="rl-button" primary ?disabled=${this.isChecking} @click=${() => void this.apply()}>${this.isChecking ? t('rule.checking') : t('rule.apply')}</button>
      </div>
    </div>`
  }

  private renderFilter(entity: ClientEntity) {
    const { chips } = this
    if (!chips)
      return html`<p>${t('rule.filter.cannot')}</p>
        <button type="button" class="rl-button rl-rule-anew" @click=${() => (this.chips = [])}>${t('rule.filter.anew')}</button>`
    return html`<p>${t('rule.filter.help')}</p>
      <div class="rl-rule-chips">
        <rl-filter-bar .entity=${entity} .chips=${chips} @rl-filter=${this.onFilter}></rl-filter-bar>
        ${
          chips.length === 0
            ? html`<button type="button" class="rl-button rl-rule-add" @click=${(event: Event) => this.querySelector('rl-filter-bar')?.openFields(event.currentTarget)}>
                ${icon('plus')}${t('filter.more')}
              </button>`
            : nothing
        }
      </div>`
  }

  private renderJson() {
    return html`<p>${t('rule.json.help', { example: EXAMPLE })}</p>
      <textarea
        class="rl-input rl-rule-json"
        rows="10"
        spellcheck="false"
        aria-label=${t('rule.json.label')}
        aria-invalid=${this.problems.length > 0 ? 'true' : nothing}
        .value=${this.json}
        @input=${({ target }: Event) => {
          if (target instanceof HTMLTextAreaElement) this.json = target.value
          this.problems = []
        }}
      ></textarea>`
  }

  private onFilter({ detail }: CustomEvent<readonly Chip[]>): void {
    this.chips = detail
    this.problems = []
  }

  /** What one has said in one way is shown in the other. */
  private show(mode: 'filter' | 'json'): void {
    const { asked } = this
    this.problems = []
    if (mode === 'json' && this.chips && asked?.entity && this.chips.length > 0)
      this.json = written(filterOf(asked.entity, undefined, this.chips))
    if (mode === 'filter' && asked?.entity && !findJsonFault(this.json))
      this.chips = chipsOf(asked.entity, JSON.parse(this.json))
    this.mode = mode
  }

  private async apply(): Promise<void> {
    const { asked } = this
    if (!asked || this.isChecking) return
    const fault = this.#fault()
    if (fault !== undefined) return void (this.problems = [fault])
    const rule = this.#rule(asked)
    this.isChecking = true
    try {
      this.problems = (await asked.check(rule)).map((problem) => this.#said(rule, problem))
    } catch (error) {
      this.problems = [errorText(error)]
    } finally {
      this.isChecking = false
    }
    if (this.problems.length > 0) return
    this.dialog.close()
    asked.use(rule)
  }

  #fault(): string | undefined {
    if (this.mode === 'filter') return this.chips && this.chips.length > 0 ? undefined : t('rule.filter.empty')
    const fault = findJsonFault(this.json)
    return fault && t('rule.line', { ...lineAndColumn(this.json, fault.offset), message: fault.message })
  }

  #rule({ entity }: RuleQuestion): unknown {
    return this.mode === 'filter' && entity ? filterOf(entity, undefined, this.chips ?? []) : JSON.parse(this.json)
  }

  /** A line is worth nothing to who did not write lines. */
  #said(rule: unknown, { path, message }: RuleProblem): string {
    if (this.mode === 'filter') return sentence(message)
    return t('rule.atLine', { line: lineOf(this.json || written(rule), path), message: sentence(message) })
  }
}

const written = (rule: unknown): string => JSON.stringify(rule, null, 2)
const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}`

declare global {
  interface HTMLElementTagNameMap {
    'rl-rule-dialog': RlRuleDialog
  }
}
