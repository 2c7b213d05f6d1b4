// The log of a plugin as it comes: newest first, errors with the lines of its author's files folded away below.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { WirePluginLog } from '../../sdk/wire/plugins.ts'
import { apiHref } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { errorText } from '../app/refusal.ts'
import { plugins } from './calls.ts'

type Line = WirePluginLog['data'][number]

const LEVELS = ['all', 'info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]
const WEIGHT: Readonly<Record<Line['level'], number>> = { debug: 0, info: 1, warn: 2, error: 3 }
const LEAST: Readonly<Record<Level, number>> = { all: 0, info: 1, warn: 2, error: 3 }
/** What a page holds. */
const MOST = 1_000

@customElement('rl-plugin-log')
export class RlPluginLog extends RlElement {
  @property() name = ''
  @state() private lines: readonly Line[] | undefined
  @state() private level: Level = 'all'
  @state() private failure = ''
  #stream: EventSource | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stream?.close()
    this.#stream = undefined
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('name')) void this.load()
  }

  private async load(): Promise<void> {
    this.#stream?.close()
    this.failure = ''
    try {
      this.lines = await plugins.log(this.name)
      if (this.isConnected) this.follow()
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  /** The browser connects again by itself, and the server goes on where it was. */
  private follow(): void {
    const stream = new EventSource(apiHref(`plugins/${encodeURIComponent(this.name)}/log/stream`))
    stream.addEventListener('line', ({ data }: MessageEvent<string>) => {
      const line: Line = JSON.parse(data)
      if (this.lines?.some(({ id }) => id === line.id)) return
      this.lines = [line, ...(this.lines ?? [])].slice(0, MOST)
    })
    this.#stream = stream
  }

  protected override render() {
    if (this.failure)
      return html`<p class="rl-error" role="alert">${this.failure}</p><button type="button" class="rl-button" @click=${() => void this.load()}>${t('retry')}</button>`
    const shown = (this.lines ?? []).filter(({ level }) => WEIGHT[level] >= LEAST[this.level])
    return html`<section class="rl-plugin-part">
      <div class="rl-strip" role="radiogroup" aria-label=${t('log.levels')}>
        ${LEVELS.map((level) => html`<label><input type="radio" name="level" .checked=${level === this.level} @change=${() => (this.level = level)} /><span>${t(`log.${level}`)}</span></label>`)}
      </div>
      ${
        this.lines === undefined
          ? html`<div class="rl-skeleton"></div>`
          : shown.length === 0
            ? html`<div class="rl-empty">${icon('scroll-text')}<h2>${t('log.empty')}</h2><p>${t('log.empty.text')}</p></div>`
            : html`<ol class="rl-log" translate="no">${repeat(shown, ({ id }) => id, renderLine)}</ol>`
      }
    </section>`
  }
}

function renderLine({ at, level, kind, entry, message, stack, version }: Line) {
  return html`<li class="rl-log-line" data-level=${level}>
    <time datetime=${at} title=${at}>${formatMoment(at)}</time>
    <span class="rl-log-level">${level}</span>
    <span class="rl-log-entry" title=${version}>${kind} ${entry}</span>
    <div class="rl-log-message">
      ${message}${stack === null ? nothing : html`<details><summary>${t('log.stack')}</summary><pre>${stack}</pre></details>`}
    </div>
  </li>`
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-plugin-log': RlPluginLog
  }
}
