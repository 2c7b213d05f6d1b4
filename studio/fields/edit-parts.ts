// Editors of values with parts: money, moments with their zone, addresses, names of persons.
import { html } from 'lit'
import { live } from 'lit/directives/live.js'
import { COUNTRIES } from '../../sdk/fields/countries.ts'
import { CURRENCIES } from '../../sdk/fields/currencies.ts'
import { countryName } from '../../sdk/fields/intl.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { locale, type TextKey, t } from '../app/i18n.ts'
import { inputValue } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { timeZone } from '../app/session.ts'
import { type ControlState, control } from './control.ts'
import { type Editor, type EditorContext, isObject, member, textOf } from './editor.ts'
import './moment-input.ts'
import './number-input.ts'
import type { PickOption } from './picker.ts'
import './picker.ts'
import { instantOf, wallTime, zones } from './zoned-time.ts'

/** A control beside the one that the field's label names. */
const beside = (context: EditorContext, part: string): ControlState => ({ ...context, id: `${context.id}-${part}` })

// -- money

const COMMON = ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'CNY']

function currenciesOf({ field }: EditorContext): readonly string[] {
  const base = meta.all.baseCurrency
  const allowed = field.options.currencies ?? [...COMMON, ...CURRENCIES]
  return [...new Set(allowed.includes(base) ? [base, ...allowed] : allowed)]
}

export const editMoney: Editor = (context) => {
  const codes = currenciesOf(context)
  const currency = member(context.value, 'currency') || (codes[0] ?? meta.all.baseCurrency)
  const amount = member(context.value, 'amount')
  const change = (parts: { amount?: string | null; currency?: string }) => {
    const next = { amount, currency, ...parts }
    const isUsual = next.currency === codes[0]
    // A currency that was chosen stays while there is no amount yet; the server takes that as empty.
    context.change(next.amount || !isUsual ? { amount: next.amount ?? '', currency: next.currency } : null)
  }
  return html`<span class="rl-money">
    <rl-number-input
      .control=${context}
      .value=${amount}
      @number=${({ detail }: CustomEvent<string | null>) => change({ amount: detail })}
    ></rl-number-input>
    ${
      codes.length === 1
        ? html`<span class="rl-unit rl-muted">${currency}</span>`
        : html`<rl-picker
            .control=${{ ...beside(context, 'currency'), required: false }}
            .label=${t('fields.currency', { field: text(context.field.label) })}
            .source=${codes.map((code) => ({ value: code, label: code, note: currencyName(code) }))}
            .chosen=${{ value: currency, label: currency }}
            @pick=${({ detail }: CustomEvent<PickOption | null>) => detail && change({ currency: detail.value })}
          ></rl-picker>`
    }
  </span>`
}

function currencyName(code: string): string {
  return new Intl.DisplayNames(locale(), { type: 'currency' }).of(code) ?? ''
}

// -- moments

export const editDatetime: Editor = (context) => {
  const { zoned } = context.field.options
  const at = zoned ? member(context.value, 'at') : textOf(context.value)
  const zone = (zoned && member(context.value, 'zone')) || timeZone()
  const set = (wall: string, inZone: string) => {
    const instant = wall === '' ? null : instantOf(wall, inZone)
    const isUnread = wall !== '' && instant === null
    context.fault(isUnread ? t('refusal.not_an_instant') : '')
    // What was typed stays where it stands.
    if (isUnread) return
    context.change(zoned && instant !== null ? { at: instant, zone: inZone } : instant)
  }
  const input = html`<rl-moment-input
    .control=${context}
    .label=${text(context.field.label)}
    .value=${wallTime(at, zone)}
    @moment=${({ detail }: CustomEvent<string>) => set(detail, zone)}
  ></rl-moment-input>`
  if (!zoned) return input
  return html`<span class="rl-zoned">
    ${input}
    <rl-picker
      .control=${{ ...beside(context, 'zone'), required: false }}
      .label=${t('fields.zone', { field: text(context.field.label) })}
      .source=${zones().map((name) => ({ value: name, label: name.replaceAll('_', ' ') }))}
      .chosen=${{ value: zone, label: zone.replaceAll('_', ' ') }}
      @pick=${({ detail }: CustomEvent<PickOption | null>) => detail && moveZone(detail.value)}
    ></rl-picker>
  </span>`
  /** The clock stays, the instant moves: a person chooses the zone that was meant. */
  function moveZone(next: string): void {
    const wall = wallTime(at, zone)
    if (wall) set(wall, next)
    else context.change({ at: '', zone: next })
  }
}

// -- texts in parts

interface Part {
  name: string
  label: TextKey
  /** Columns of six. */
  width: number
  autocomplete: string
}
const ADDRESS: readonly Part[] = [
  { name: 'street', label: 'fields.address.street', width: 6, autocomplete: 'address-line1' },
  { name: 'street2', label: 'fields.address.street2', width: 6, autocomplete: 'address-line2' },
  { name: 'postal_code', label: 'fields.address.postal_code', width: 2, autocomplete: 'postal-code' },
  { name: 'city', label: 'fields.address.city', width: 4, autocomplete: 'address-level2' },
  { name: 'region', label: 'fields.address.region', width: 3, autocomplete: 'address-level1' },
]
const NAME: readonly Part[] = [
  { name: 'prefix', label: 'fields.name.prefix', width: 2, autocomplete: 'honorific-prefix' },
  { name: 'given', label: 'fields.name.given', width: 4, autocomplete: 'given-name' },
  { name: 'middle', label: 'fields.name.middle', width: 2, autocomplete: 'additional-name' },
  { name: 'family', label: 'fields.name.family', width: 4, autocomplete: 'family-name' },
  { name: 'suffix', label: 'fields.name.suffix', width: 2, autocomplete: 'honorific-suffix' },
]
/** Most names are of two parts; the others come first only where they are used. */
const NAME_ORDER: readonly string[] = ['given', 'family', 'prefix', 'middle', 'suffix']

function withPart(value: WireValue, name: string, written: string | null): WireValue {
  const next = { ...(isObject(value) ? value : {}), [name]: written || null }
  return Object.values(next).some((part) => part !== null && part !== '') ? next : null
}

function partInput(context: EditorContext, { name, label, width }: Part, isFirst: boolean) {
  const state = isFirst ? context : { ...beside(context, name), required: false }
  return html`<input
    ${control(state)}
    class="rl-input"
    data-width=${width}
    autocomplete="off"
    placeholder=${t(label)}
    aria-label=${isFirst ? `${text(context.field.label)}: ${t(label)}` : t(label)}
    .value=${live(member(context.value, name))}
    @input=${(event: Event) => context.change(withPart(context.value, name, inputValue(event)))}
  />`
}

export const editAddress: Editor = (context) => {
  const code = member(context.value, 'country')
  return html`<div class="rl-parts" role="group" aria-labelledby=${context.labelId}>
    ${ADDRESS.map((part, index) => partInput(context, part, index === 0))}
    <rl-picker
      data-width="3"
      clearable
      .control=${{ ...beside(context, 'country'), required: false }}
      .label=${t('fields.address.country')}
      .placeholder=${t('fields.address.country')}
      .source=${countries()}
      .chosen=${code ? { value: code, label: countryName(code, locale()) } : null}
      @pick=${({ detail }: CustomEvent<PickOption | null>) =>
        context.change(withPart(context.value, 'country', detail?.value ?? null))}
    ></rl-picker>
  </div>`
}

let known: { locale: string; options: readonly PickOption[] } | undefined
function countries(): readonly PickOption[] {
  const tag = locale()
  if (known?.locale === tag) return known.options
  const options = COUNTRIES.map((code) => ({ value: code, label: countryName(code, tag), note: code }))
  known = { locale: tag, options: options.toSorted((a, b) => a.label.localeCompare(b.label, tag)) }
  return known.options
}

export const editPersonName: Editor = (context) => {
  const parts = NAME_ORDER.flatMap((name) => NAME.find((part) => part.name === name) ?? [])
  return html`<div class="rl-parts" role="group" aria-labelledby=${context.labelId}>
    ${parts.map((part, index) => partInput(context, index < 2 ? { ...part, width: 3 } : { ...part, width: 2 }, index === 0))}
  </div>`
}
