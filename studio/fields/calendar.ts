// A month to choose a day from: the grid of the date-picker pattern (WAI-ARIA authoring practices).
import { html } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { fire, RlElement } from '../app/element.ts'
import { locale, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { timeZone } from '../app/session.ts'
import './calendar.css'
import {
  addDays,
  addMonths,
  firstWeekday,
  isIsoDay,
  monthName,
  sayDate,
  todayIn,
  weekdayNames,
  weekdayOf,
} from './date-text.ts'

const WEEKS = 6

/** Fires `choose`: an ISO day, or null. */
@customElement('rl-calendar')
export class RlCalendar extends RlElement {
  /** An ISO day; anything else stands for none. */
  @property({ attribute: false }) value = ''
  @property({ attribute: false }) min = ''
  @property({ attribute: false }) max = ''
  /** The day that the arrow keys move. */
  @state() private cursor = ''

  private get today(): string {
    return todayIn(timeZone())
  }

  protected override willUpdate(): void {
    if (this.cursor === '') this.cursor = isIsoDay(this.value) ? this.value : this.today
  }

  protected override render() {
    const [year = 0, month = 1] = this.cursor.split('-').map(Number)
    return html`<div class="rl-calendar">
      <div class="rl-calendar-head">
        ${this.#turn(-1, 'chevron-left', t('fields.calendar.previous'))}
        <span aria-live="polite">${monthName(year, month, locale())}</span>
        ${this.#turn(1, 'chevron-right', t('fields.calendar.next'))}
      </div>
      <table role="grid" @keydown=${this.onKey}>
        <thead><tr>${weekdayNames(locale()).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${this.#weeks().map((week) => html`<tr>${week.map((day) => this.#day(day))}</tr>`)}</tbody>
      </table>
      <div class="rl-calendar-foot">
        <button type="button" class="rl-button" quiet ?disabled=${!this.#isAllowed(this.today)} @click=${() => this.choose(this.today)}>${t('fields.calendar.today')}</button>
        <button type="button" class="rl-button" quiet @click=${() => this.choose(null)}>${t('fields.calendar.clear')}</button>
      </div>
    </div>`
  }

  #turn(months: number, name: string, label: string) {
    return html`<button type="button" class="rl-button" quiet icon-only aria-label=${label} @click=${() => this.move(addMonths(this.cursor, months), false)}>${icon(name)}</button>`
  }

  #day(day: string) {
    const isOther = day.slice(0, 7) !== this.cursor.slice(0, 7)
    return html`<td aria-selected=${day === this.value}>
      <button
        type="button"
        data-day=${day}
        tabindex=${day === this.cursor ? 0 : -1}
        ?data-other=${isOther}
        aria-current=${day === this.today ? 'date' : 'false'}
        aria-label=${sayDate(day, locale())}
        ?disabled=${!this.#isAllowed(day)}
        @click=${() => this.choose(day)}
      >${Number(day.slice(8))}</button>
    </td>`
  }

  /** Six weeks, so that the calendar keeps its height. */
  #weeks(): string[][] {
    const first = `${this.cursor.slice(0, 7)}-01`
    const before = (weekdayOf(first) - firstWeekday(locale()) + 7) % 7
    return Array.from({ length: WEEKS }, (_, week) =>
      Array.from({ length: 7 }, (__, index) => addDays(first, week * 7 + index - before) ?? first),
    )
  }

  #isAllowed(day: string): boolean {
    return (this.min === '' || day >= this.min) && (this.max === '' || day <= this.max)
  }

  focusDay(): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-day="${this.cursor}"]`)?.focus())
  }

  private choose(day: string | null): void {
    fire<string | null>(this, 'choose', day)
  }

  private move(day: string | undefined, isFocused = true): void {
    if (!day) return
    this.cursor = day
    if (isFocused) this.focusDay()
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const to = this.#target(event)
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    this.move(to)
  }

  #target({ key, shiftKey }: KeyboardEvent): string | undefined {
    const { cursor } = this
    const fromStart = (weekdayOf(cursor) - firstWeekday(locale()) + 7) % 7
    const days: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -7,
      ArrowDown: 7,
      Home: -fromStart,
      End: 6 - fromStart,
    }
    if (key in days) return addDays(cursor, days[key] ?? 0)
    if (key === 'PageUp') return addMonths(cursor, shiftKey ? -12 : -1)
    return key === 'PageDown' ? addMonths(cursor, shiftKey ? 12 : 1) : undefined
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-calendar': RlCalendar
  }
}
