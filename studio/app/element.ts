// Base class of every page and element of the studio: light DOM, so that the theme and our own style sheets reach
// inside, and drawn again when the metadata or the language changes.
import { LitElement } from 'lit'
import { localeStore } from './i18n.ts'
import { metaStore } from './meta.ts'

export class RlElement extends LitElement {
  #removers: (() => void)[] = []

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const redraw = () => this.requestUpdate()
    this.#removers = [metaStore.subscribe(redraw), localeStore.subscribe(redraw)]
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const remove of this.#removers) remove()
    this.#removers = []
  }

  /** Taken back when the element leaves the page. Call it in connectedCallback. */
  protected whileConnected(...removers: readonly (() => void)[]): void {
    this.#removers.push(...removers)
  }
}

/** What `rl-…` elements fire: always bubbling, never crossing a shadow root that is not there. */
export function fire<T>(element: EventTarget, name: string, detail?: T): void {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }))
}
