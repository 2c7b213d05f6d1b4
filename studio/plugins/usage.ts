// What a plugin costs: calls by hour as bars, what failed in them, and each part of it with its times.
import { html, nothing, svg, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { WirePluginUsage } from '../../sdk/wire/plugins.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { errorText } from '../app/refusal.ts'
import { plugins } from './calls.ts'

type Hour = WirePluginUsage['data'][number]

const SPANS = [24, 168, 720] as const
const HOUR_MS = 3_600_000
const BARS = 60
const HEIGHT = 96

@customElement('rl-plugin-usage')
export class RlPluginUsage extends RlElement {
  @property() name = ''
  @state() private hours: (typeof SPANS)[number] = 24
  @state() private data: readonly Hour[] | undefined
  @state() private failure = ''

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('name')) void this.load()
  }

  private async load(): Promise<void> {
    const { hours } = this
    this.failure = ''
    try {
      const data = await plugins.usage(this.name, hours)
      if (hours === this.hours) this.data = data
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private choose(hours: (typeof SPANS)[number]): void {
    this.hours = hours
    void this.load()
  }

  protected override render() {
    if (this.failure) return html`<p class="rl-error" role="alert">${this.failure}</p>`
    const { data } = this
    return html`<section class="rl-plugin-part">
      <div class="rl-strip" role="radiogroup" aria-label=${t('usage.span')}>
        ${SPANS.map((hours) => html`<label><input type="radio" name="span" .checked=${hours === this.hours} @change=${() => this.choose(hours)} /><span>${t(`usage.${hours}`)}</span></label>`)}
      </div>
      ${
        data === undefined
          ? html`<div class="rl-skeleton"></div>`
          : data.length === 0
            ? html`<div class="rl-empty">${icon('chart-column')}<h2>${t('usage.empty')}</h2><p>${t('usage.empty.text')}</p></div>`
            : html`${renderBars(data, this.hours)}${renderParts(data)}`
      }
    </section>`
  }
}

interface Bar {
  startMs: number
  calls: number
  bad: number
}

/** So many hours to a bar that the whole span fits. */
function barsOf(data: readonly Hour[], hours: number): Bar[] {
  const widthMs = Math.ceil(hours / BARS) * HOUR_MS
  const endMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
  const count = Math.ceil((hours * HOUR_MS) / widthMs)
  const bars = Array.from(
    { length: count },
    (_, index): Bar => ({ startMs: endMs - (count - index) * widthMs, calls: 0, bad: 0 }),
  )
  for (const { hour, calls, failures, limits } of data) {
    const bar = bars[Math.floor((Date.parse(hour) - (endMs - count * widthMs)) / widthMs)]
    if (!bar) continue
    bar.calls += calls
    bar.bad += failures + limits
  }
  return bars
}

function renderBars(data: readonly Hour[], hours: number) {
  const bars = barsOf(data, hours)
  const most = Math.max(1, ...bars.map(({ calls }) => calls))
  const step = 100 / bars.length
  const height = (count: number): number => (count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT))
  const [calls, bad] = [sum(data, 'calls'), sum(data, 'failures') + sum(data, 'limits')]
  return html`<figure class="rl-usage">
    <figcaption><strong class="rl-num">${t('usage.calls', { count: calls })}</strong>${bad > 0 ? html`<span class="rl-usage-bad">${t('usage.bad', { count: bad })}</span>` : nothing}</figcaption>
    <svg viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${t('usage.calls', { count: calls })}>
      ${bars.map(
        (
          bar,
          index,
        ) => svg`<g><title>${formatMoment(new Date(bar.startMs).toISOString())}: ${formatNumber(bar.calls)}</title>
          <rect class="rl-bar" x=${index * step + step * 0.12} width=${step * 0.76} y=${HEIGHT - height(bar.calls)} height=${height(bar.calls)}></rect>
          <rect class="rl-bar-bad" x=${index * step + step * 0.12} width=${step * 0.76} y=${HEIGHT - height(bar.bad)} height=${height(bar.bad)}></rect></g>`,
      )}
    </svg>
    <div class="rl-usage-ends rl-muted"><span>${formatMoment(new Date(bars[0]?.startMs ?? 0).toISOString())}</span><span>${t('usage.now')}</span></div>
  </figure>`
}

const sum = (
  data: readonly Hour[],
  of: 'calls' | 'failures' | 'limits' | 'refusals' | 'wall_ms' | 'cpu_ms' | 'host_calls',
): number => data.reduce((total, hour) => total + hour[of], 0)

function renderParts(data: readonly Hour[]) {
  const parts = [...Map.groupBy(data, ({ kind, entry }) => `${kind} ${entry}`)].toSorted(
    ([, a], [, b]) => sum(b, 'wall_ms') - sum(a, 'wall_ms'),
  )
  const heads = ['part', 'callsHead', 'failures', 'refusals', 'limits', 'average', 'slowest', 'cpu'] as const
  return html`<div class="rl-table-scroll"><table class="rl-usage-parts">
    <thead><tr>${heads.map((head, index) => html`<th scope="col" ?data-num=${index > 0}>${t(`usage.${head}`)}</th>`)}</tr></thead>
    <tbody>
      ${parts.map(([name, of]) => {
        const calls = sum(of, 'calls')
        const slowest = Math.max(...of.map(({ slowest_ms }) => slowest_ms))
        const cells = [calls, sum(of, 'failures'), sum(of, 'refusals'), sum(of, 'limits')]
        return html`<tr>
          <th scope="row" translate="no">${name}</th>
          ${cells.map((cell) => html`<td ?data-none=${cell === 0}>${formatNumber(cell)}</td>`)}
          <td>${ms(calls === 0 ? 0 : sum(of, 'wall_ms') / calls)}</td><td>${ms(slowest)}</td><td>${ms(sum(of, 'cpu_ms'))}</td>
        </tr>`
      })}
    </tbody>
  </table></div>`
}

const ms = (value: number): string => t('usage.ms', { value: formatNumber(Math.round(value * 10) / 10) })

declare global {
  interface HTMLElementTagNameMap {
    'rl-plugin-usage': RlPluginUsage
  }
}
