// A button for something that can be done with records, whoever offers it: a plugin (start.ts) or the system itself
// (operation/acts.ts).
import { html, nothing } from 'lit'
import { icon } from '../app/icon.ts'
import type { MenuItem } from '../shell/menu.ts'

export interface Act {
  label: string
  description?: string
  /** Name of an icon. */
  icon: string
  /** Has a button of its own where there is room. */
  isPromoted: boolean
  isDangerous?: boolean
  /** Never throws. */
  run(): void
}

/** Beyond these the menu has them. */
const MOST_BUTTONS = 2

/** @param isNarrow there is no room for buttons */
export function divide(
  acts: readonly Act[],
  isNarrow: boolean,
): { buttons: readonly Act[]; items: readonly MenuItem[] } {
  const buttons = isNarrow ? [] : acts.filter(({ isPromoted }) => isPromoted).slice(0, MOST_BUTTONS)
  const items = acts
    .filter((act) => !buttons.includes(act))
    .map(({ label, icon: name, isDangerous, run }) => ({
      label,
      icon: name,
      run,
      ...(isDangerous ? { isDangerous } : {}),
    }))
  return { buttons, items }
}

export const renderAct = ({ label, description, icon: name, run }: Act, { isQuiet = false, isDisabled = false } = {}) =>
  html`<button type="button" class="rl-button" ?quiet=${isQuiet} ?disabled=${isDisabled} title=${description || nothing} @click=${run}>${icon(name)}<span>${label}</span></button>`
