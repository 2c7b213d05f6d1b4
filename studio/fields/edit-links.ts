// Records linked through a link entity. Adding and removing writes at once: links are records of their own.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { records, recordsVersion } from '../app/records.ts'
import { hrefOf } from '../app/router.ts'
import { errorText } from '../app/refusal.ts'
import { toastError, toastUndo } from '../app/toast.ts'
import { idOf, recordSource, targetOf, wasChosen } from './edit-reference.ts'
import { type Editor, type EditorContext, member } from './editor.ts'
import type { PickOption } from './picker.ts'
import './picker.ts'

const MOST_SHOWN = 200

interface Linked {
  /** Of the link. */
  id: string
  target: string
  name: string
}

@customElement('rl-links-input')
export class RlLinksInput extends RlElement {
  @property({ attribute: false }) context!: EditorContext
  @state() private linked: readonly Linked[] | null = null
  @state() private failure = ''
  #asked = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(recordsVersion.subscribe(() => void this.load()))
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { entity, recordId, field } = this.context
    const asked = `${entity} ${recordId} ${field.name}`
    if (!changed.has('context') || asked === this.#asked) return
    this.#asked = asked
    this.linked = null
    void this.load()
  }

  protected override render() {
    const { context, linked } = this
    const label = text(context.field.label)
    const link = context.field.options.link
    if (context.recordId === null || !link)
      return html`<p id=${context.id} class="rl-muted" tabindex="-1">${t('fields.links.later')}</p>`
    if (this.failure) return html`<p class="rl-error" role="alert">${this.failure}</p>`
    if (!linked) return html`<span class="rl-skeleton"></span>`
    const rights = meta.entity(link.entity)?.can
    return html`<div class="rl-tokens">
      ${
        linked.length === 0
          ? html`<p class="rl-muted" ?hidden=${rights?.create === true && !context.disabled}>${t('fields.links.none')}</p>`
          : html`<ul aria-labelledby=${context.labelId}>
              ${linked.map((one) => this.renderToken(one, rights?.delete === true && !context.disabled))}
            </ul>`
      }
      ${
        rights?.create && !context.disabled
          ? html`<rl-picker
              adding
              .control=${context}
              .subject=${label}
              .placeholder=${t('fields.links.add', { field: label })}
              .source=${recordSource(targetOf(context.field), new Set(linked.map(({ target }) => target)))}
              @pick=${({ detail }: CustomEvent<PickOption | null>) => detail && void this.add(detail)}
            ></rl-picker>`
          : nothing
      }
    </div>`
  }

  private renderToken(one: Linked, canRemove: boolean) {
    return html`<li class="rl-token" translate="no">
      <a href=${hrefOf.record(targetOf(this.context.field), one.target)}>${one.name || t('list.unnamed')}</a>
      ${
        canRemove
          ? html`<button type="button" aria-label=${t('fields.removeItem', { item: one.name })} @click=${() => void this.drop(one)}>
              ${icon('x')}
            </button>`
          : nothing
      }
    </li>`
  }

  private async load(): Promise<void> {
    const { recordId, field } = this.context ?? {}
    const link = field?.options.link
    if (!recordId || !link) return
    try {
      const { data } = await records.list(link.entity, {
        select: `${link.target}(display_name)`,
        filter: { '==': [{ var: link.source }, recordId] },
        limit: MOST_SHOWN,
      })
      this.linked = data.map((record) => {
        const target = record[link.target]
        return { id: record.id, target: idOf(target), name: member(target, 'display_name') }
      })
      this.failure = ''
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private async add(option: PickOption): Promise<void> {
    const { recordId, field } = this.context
    const link = field.options.link
    if (!recordId || !link) return
    wasChosen(targetOf(field), option)
    try {
      await records.create(link.entity, { [link.source]: recordId, [link.target]: option.value })
    } catch (error) {
      toastError(error)
    }
  }

  private async drop({ id, name }: Linked): Promise<void> {
    const link = this.context.field.options.link
    if (!link) return
    try {
      await records.remove(link.entity, id)
      toastUndo(t('fields.links.removed', { item: name }), async () => void (await records.restore(link.entity, id)))
    } catch (error) {
      toastError(error)
    }
  }
}

export const editLinks: Editor = (context) => html`<rl-links-input .context=${context}></rl-links-input>`

declare global {
  interface HTMLElementTagNameMap {
    'rl-links-input': RlLinksInput
  }
}
