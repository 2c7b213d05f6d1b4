// The value of a filter that moves with the day: one of the periods by name, or so many days, weeks … from now.
import { html, type TemplateResult } from 'lit'
import type { WireValue } from '../../sdk/wire/records.ts'
import { icon } from '../app/icon.ts'
import { t } from '../app/i18n.ts'
import { isList, textOf } from './editor.ts'
import { PERIOD_NAMES, periodOf, SPAN_UNITS, spanOf } from './filter-times.ts'
import './number-input.ts'

type Change = (value: WireValue) => void

/** What is offered while nothing is chosen, so that a filter that was only opened is one already. */
const USUAL = { period: 'this_month', count: '7', unit: 'day' } as const

export const isSpan = (operator: string): boolean => operator === 'last' || operator === 'next'

/** Of an operator that was just chosen. */
export function firstValue(operator: string): WireValue {
  if (operator === 'period') return USUAL.period
  return isSpan(operator) ? [USUAL.count, USUAL.unit] : null
}

export function periodEditor(value: WireValue, onChange: Change, label: string, id: string): TemplateResult {
  const chosen = periodOf(value)
  return choice(PERIOD_NAMES, chosen, (name) => t(`period.${name}`), onChange, label, id)
}

export function spanEditor(value: WireValue, onChange: Change, label: string, id: string): TemplateResult {
  const [count = USUAL.count, unit = USUAL.unit] = isList(value) ? value.map(textOf) : []
  const set = (next: readonly string[]) => onChange(spanOf([...next]) ? [...next] : null)
  return html`<div class="rl-span">
    <rl-number-input
      .control=${{ id, describedBy: '', required: false, disabled: false, invalid: false }}
      .label=${label}
      .value=${count}
      .unit=${''}
      @number=${({ detail }: CustomEvent<string | null>) => set([detail ?? '', unit])}
    ></rl-number-input>
    ${choice(
      SPAN_UNITS,
      SPAN_UNITS.find((one) => one === unit),
      (one) => t(`unit.${one}`, { count: Number(count) || 0 }),
      (one) => set([count, textOf(one)]),
      t('filter.unit'),
      `${id}-unit`,
    )}
  </div>`
}

function choice<T extends string>(
  names: readonly T[],
  chosen: T | undefined,
  label: (name: T) => string,
  onChange: Change,
  title: string,
  id: string,
): TemplateResult {
  return html`<div class="rl-select">
    <select
      id=${id}
      class="rl-input"
      aria-label=${title}
      @change=${({ target }: Event) => target instanceof HTMLSelectElement && onChange(target.value)}
    >
      ${names.map((name) => html`<option value=${name} ?selected=${name === chosen}>${label(name)}</option>`)}
    </select>
    ${icon('chevron-down')}
  </div>`
}

/** The value in words: `this month`, `7 days`. */
export function spanText(operator: string, value: WireValue): string {
  const period = periodOf(value)
  if (operator === 'period') return period ? t(`period.${period}`) : '…'
  const span = spanOf(value)
  return span ? `${span.count} ${t(`unit.${span.unit}`, { count: span.count })}` : '…'
}
