// A row of tabs, by mouse and by arrow keys (the tabs pattern of the WAI-ARIA authoring practices).
import { html, nothing, type TemplateResult } from 'lit'
import { ref } from 'lit/directives/ref.js'

export interface Tab {
  id: string
  label: string
}

/** So much of the tab before the current one. */
const REVEALED_BESIDE_PX = 48

/** A row that is longer than the page shows the current one, once it stands in the page. */
const reveal = (tab: Element | undefined): void => {
  requestAnimationFrame(() => {
    const row = tab?.parentElement
    if (!(tab instanceof HTMLElement) || !row) return
    const from = tab.offsetLeft - row.offsetLeft
    const isSeen = from >= row.scrollLeft && from + tab.offsetWidth <= row.scrollLeft + row.clientWidth
    if (!isSeen) row.scrollLeft = from - REVEALED_BESIDE_PX
  })
}

/** @param panel what the current tab shows */
export function renderTabs(
  all: readonly Tab[],
  current: string,
  show: (id: string) => void,
  panel: unknown,
): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (move === 0 || !(event.currentTarget instanceof HTMLElement)) return
    const at = all.findIndex(({ id }) => id === current)
    const next = event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[(at + move + all.length) % all.length]
    next?.click()
    next?.focus()
  }
  return html`<div class="rl-tabs" role="tablist" @keydown=${onKey}>
      ${all.map(
        ({ id, label }) =>
          html`<button type="button" role="tab" id="tab-${id}" aria-selected=${id === current} aria-controls=${id === current ? `panel-${id}` : nothing} tabindex=${id === current ? 0 : -1} ${id === current ? ref(reveal) : nothing} @click=${() => show(id)}>${label}</button>`,
      )}
    </div>
    <div id="panel-${current}" role="tabpanel" aria-labelledby="tab-${current}">${panel}</div>`
}
