// Icons of the lucide set by name. Names come from metadata too, so that any of them may be asked for: each is a file
// of its own, drawn as a mask in the colour of the text.
import { html, nothing, type TemplateResult } from 'lit'

const FOLDER = `/assets/lucide-${__LUCIDE_VERSION__}`

/** @param label for an icon that stands alone; without it the icon is decoration */
export function icon(name: string, label?: string): TemplateResult {
  const safe = /^[a-z0-9-]+$/.test(name) ? name : 'box'
  return html`<span
    class="rl-icon"
    style="--rl-icon: url(${FOLDER}/${safe}.svg)"
    role=${label ? 'img' : nothing}
    aria-label=${label ?? nothing}
    aria-hidden=${label ? nothing : 'true'}
  ></span>`
}
