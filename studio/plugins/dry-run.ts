// What the hooks of a plugin would do, tried on records that are there, before they are let near a save. Nothing is kept.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type {
  DryRunRequest,
  WireDryHook,
  WireDryRecord,
  WireDryRun,
  WireDrySent,
} from '../../sdk/wire/plugin-dry-run.ts'
import type { Behaviour } from '../../sdk/plugin/behaviour.ts'
import { RlElement } from '../app/element.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { hrefOf } from '../app/router.ts'
import { plural } from './ask-words.ts'
import { plugins } from './calls.ts'
import './dry-run.css'

const LASTS = [20, 100, 500] as const
/** Records that are shown of what was found. */
const SHOWN = 50

@customElement('rl-dry-run')
export class RlDryRun extends RlElement {
  @property() name = ''
  @property({ attribute: false }) behaviour!: Behaviour
  /** The version that waits, and not the one that runs. */
  @property({ attribute: false }) isNext = false
  @state() private entity = ''
  @state() private last: (typeof LASTS)[number] = 100
  @state() private found: WireDryRun['data'] | undefined
  @state() private failure = ''
  @state() private isBusy = false

  private get entities(): readonly string[] {
    return [...new Set([...this.behaviour.before, ...this.behaviour.after].map(({ entity }) => entity))]
  }

  protected override render() {
    const entities = this.entities
    const chosen = entities.includes(this.entity) ? this.entity : (entities[0] ?? '')
    const onSubmit = (event: Event): void => {
      event.preventDefault()
      void this.tryOut({ entity: chosen, last: this.last, ...(this.isNext ? { isNext: true } : {}) })
    }
    return html`<section class="rl-plugin-part rl-dry">
      <p class="rl-muted">${t('dry.help')}</p>
      <form class="rl-dry-ask" @submit=${onSubmit}>
        ${this.renderSelect(t('dry.entity'), entities, chosen, plural, (value) => (this.entity = value))}
        ${this.renderSelect(
          t('dry.last'),
          LASTS.map(String),
          String(this.last),
          (value) => t('dry.records', { count: Number(value) }),
          (value) => (this.last = LASTS.find((one) => String(one) === value) ?? 100),
        )}
        <button type="submit" class="rl-button" primary ?disabled=${this.isBusy}>${this.isBusy ? t('dry.running') : t('dry.run')}</button>
      </form>
      ${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : nothing}
      <div aria-live="polite">${this.found ? this.renderFound(this.found) : nothing}</div>
    </section>`
  }

  private renderSelect(
    label: string,
    values: readonly string[],
    chosen: string,
    say: (value: string) => string,
    change: (value: string) => void,
  ) {
    return html`<label class="rl-field"><span class="rl-field-label">${label}</span>
      <div class="rl-select"><select class="rl-input" @change=${(event: Event) => change(inputValue(event))}>
        ${values.map((value) => html`<option value=${value} ?selected=${value === chosen}>${say(value)}</option>`)}
      </select>${icon('chevron-down')}</div></label>`
  }

  private renderFound({ tried, hooks, records, isComplete, entity }: WireDryRun['data']) {
    if (tried === 0) return html`<p class="rl-muted">${t('dry.none', { entities: plural(entity) })}</p>`
    const touched = new Set(records.map(({ id }) => id)).size
    return html`<p><strong>${touched === 0 ? t('dry.nothing', { count: tried }) : t('dry.touched', { count: touched, tried: formatNumber(tried) })}</strong>${isComplete ? nothing : html` <span class="rl-muted">${t('dry.incomplete')}</span>`}</p>
      <div class="rl-table-scroll"><table class="rl-usage-parts">
        <thead><tr><th scope="col">${t('dry.hook')}</th>${(['asked', 'changed', 'refused', 'failed', 'sent'] as const).map((head) => html`<th scope="col" data-num>${t(`dry.${head}`)}</th>`)}</tr></thead>
        <tbody>${hooks.map(renderHook)}</tbody>
      </table></div>
      <ul class="rl-dry-records">${records.slice(0, SHOWN).map((record) => renderRecord(entity, record))}</ul>
      ${records.length > SHOWN ? html`<p class="rl-muted">${t('action.andMore', { count: records.length - SHOWN })}</p>` : nothing}`
  }

  private async tryOut(request: DryRunRequest): Promise<void> {
    this.isBusy = true
    this.failure = ''
    this.found = undefined
    try {
      this.found = await plugins.dryRun(this.name, request)
    } catch (error) {
      this.failure = errorText(error)
    } finally {
      this.isBusy = false
    }
  }
}

function renderHook({ name, label, when, records, changed, refused, failed, sent }: WireDryHook) {
  return html`<tr>
    <th scope="row">${(label && text(label)) || name} <span class="rl-muted">${t(`dry.when.${when}`)}</span></th>
    ${[records, changed, refused, failed, sent].map((count) => html`<td ?data-none=${count === 0}>${formatNumber(count)}</td>`)}
  </tr>`
}

const ICONS = {
  changed: 'pencil',
  refused: 'shield-x',
  failed: 'circle-alert',
  sent: 'send',
  nothing: 'minus',
} as const

function renderRecord(entity: string, { id, label, hook, outcome, changes, problems, sent }: WireDryRecord) {
  const said = (value: unknown): string =>
    value === null || value === undefined
      ? t('record.empty')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  return html`<li data-outcome=${outcome}>
    ${icon(ICONS[outcome])}
    <div>
      <a href=${hrefOf.record(entity, id)} translate="no">${label || t('record.untitled')}</a> <span class="rl-muted" translate="no">${hook}</span>
      ${changes.map(({ field, from, to }) => html`<p>${text(meta.field(entity, field)?.label) || field}: <del translate="no">${said(from)}</del> → <ins translate="no">${said(to)}</ins></p>`)}
      ${problems.map(({ path, message, at }) => html`<p class="rl-dry-problem">${path ? html`<code translate="no">${path}</code> ` : nothing}${message}${at ? html` <code translate="no">${at}</code>` : nothing}</p>`)}
      ${sent.map(renderSent)}
    </div>
  </li>`
}

const SENT_ICONS: Readonly<Record<string, string>> = {
  http: 'globe',
  mail: 'mail',
  job: 'calendar-clock',
  write: 'pencil',
}

function renderSent({ kind, what, detail }: WireDrySent) {
  const line = html`${icon(SENT_ICONS[kind] ?? 'send')}<span translate="no">${what}</span>`
  if (detail === null) return html`<p class="rl-dry-sent">${line}</p>`
  return html`<details class="rl-dry-sent"><summary>${line}</summary><pre translate="no">${detail}</pre></details>`
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-dry-run': RlDryRun
  }
}
