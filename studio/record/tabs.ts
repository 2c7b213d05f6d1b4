// A row of tabs, by mouse and by arrow keys (the tabs pattern of the WAI-ARIA authoring practices).
import { html, nothing, type TemplateResult } from 'lit'

export interface Tab {
  id: string
  label: string
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
          html`<button type="button" role="tab" id="tab-${id}" aria-selected=${id === current} aria-controls=${id === current ? `panel-${id}` : nothing} tabindex=${id === current ? 0 : -1} @click=${() => show(id)}>${label}</button>`,
      )}
    </div>
    <div id="panel-${current}" role="tabpanel" aria-labelledby="tab-${current}">${panel}</div>`
}
