// Records linked through a link entity. Of a record that is there, adding and removing writes at once, for links are
// records of their own; of a new record they are chosen now and written after it.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { records, recordsVersion } from '../app/records.ts'
import { errorText } from '../app/refusal.ts'
import { hrefOf } from '../app/router.ts'
import { toastError, toastUndo } from '../app/toast.ts'
import { drawValue } from './cell.ts'
import { idOf, recordSource, targetOf, wasChosen } from './edit-reference.ts'
import { type Editor, type EditorContext, isList, member } from './editor.ts'
import './link-fields.ts'
import type { PickOption } from './picker.ts'
import './picker.ts'

const MOST_SHOWN = 200

interface Linked {
  target: string
  name: string
  /** The link itself; null while the record is new. */
  link: WireRecord | null
}

@customElement('rl-links-input')
export class RlLinksInput extends RlElement {
  @property({ attribute: false }) context!: EditorContext
  @state() private linked: readonly Linked[] | null = null
  @state() private failure = ''
  @state() private isAdding = false
  /** Id of the link whose own fields stand open. */
  @state() private open = ''
  #asked = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(recordsVersion.subscribe(() => void this.load()))
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { entity, recordId, field, value } = this.context
    if (recordId === null) {
      this.linked = chosenOf(value)
      return
    }
    const asked = `${entity} ${recordId} ${field.name}`
    if (!changed.has('context') || asked === this.#asked) return
    this.#asked = asked
    this.linked = null
    void this.load()
  }

  protected override render() {
    const { context, linked } = this
    const rights = meta.entity(context.field.options.link?.entity ?? '')?.can
    if (this.failure) return html`<p class="rl-error" role="alert">${this.failure}</p>`
    if (!linked) return html`<span class="rl-skeleton"></span>`
    return html`<div class="rl-links">
      ${linked.length === 0 && !rights?.create ? html`<p class="rl-muted">${t('fields.links.none')}</p>` : nothing}
      <ul aria-labelledby=${context.labelId} ?hidden=${linked.length === 0}>
        ${repeat(
          linked,
          ({ target }) => target,
          (one) =>
            html`<li>${this.open !== '' && this.open === one.link?.id ? this.#form(one.link) : this.#item(one)}</li>`,
        )}
      </ul>
      ${rights?.create && !context.disabled ? this.#adder(linked) : nothing}
    </div>`
  }

  #item({ target, name, link }: Linked) {
    const { field, disabled } = this.context
    const rights = meta.entity(field.options.link?.entity ?? '')?.can
    const own = linkFields(field)
    const values = own.flatMap((one) => said(one, link?.[one.name]))
    const canEdit = link !== null && own.length > 0 && rights?.update === true && !disabled
    const canRemove = (link === null || rights?.delete === true) && !disabled
    return html`<span class="rl-linked">
      <a translate="no" href=${hrefOf.record(targetOf(field), target)}>${name || t('list.unnamed')}</a>
      ${values.map((value) => html`<span class="rl-muted">${value}</span>`)}
      ${canEdit ? html`<button type="button" class="rl-button" quiet icon-only aria-label=${t('fields.links.edit', { item: name })} @click=${() => (this.open = link.id)}>${icon('pencil')}</button>` : nothing}
      ${canRemove ? html`<button type="button" class="rl-button" quiet icon-only aria-label=${t('fields.removeItem', { item: name })} @click=${() => void this.drop({ target, name, link })}>${icon('x')}</button>` : nothing}
    </span>`
  }

  #form(link: WireRecord) {
    const { field } = this.context
    return html`<rl-link-fields
      .entity=${field.options.link?.entity ?? ''}
      .fields=${linkFields(field)}
      .record=${link}
      @close=${() => (this.open = '')}
    ></rl-link-fields>`
  }

  #adder(linked: readonly Linked[]) {
    const { context } = this
    const label = text(context.field.label)
    if (!this.isAdding && context.recordId !== null)
      return html`<button type="button" id=${context.id} class="rl-button" quiet aria-label=${t('fields.links.addTo', { field: label })} @click=${() => this.startAdding()}>${icon('plus')}<span>${t('fields.links.add')}</span></button>`
    return html`<rl-picker
      adding
      .control=${context}
      .subject=${label}
      .placeholder=${t('fields.search')}
      .source=${recordSource(targetOf(context.field), new Set(linked.map(({ target }) => target)))}
      @pick=${({ detail }: CustomEvent<PickOption | null>) => detail && void this.add(detail, linked)}
      @focusout=${() => (this.isAdding = false)}
    ></rl-picker>`
  }

  private startAdding(): void {
    this.isAdding = true
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('rl-picker input')?.focus())
  }

  private async load(): Promise<void> {
    const { recordId, field } = this.context ?? {}
    const link = field?.options.link
    if (!recordId || !field || !link) return
    try {
      const { data } = await records.list(link.entity, {
        select: [`${link.target}(display_name)`, ...linkFields(field).map(({ name }) => name)].join(','),
        filter: { '==': [{ var: link.source }, recordId] },
        limit: MOST_SHOWN,
      })
      this.linked = data.map((record) => {
        const target = record[link.target]
        return { target: idOf(target), name: member(target, 'display_name'), link: record }
      })
      this.failure = ''
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private async add(option: PickOption, linked: readonly Linked[]): Promise<void> {
    const { recordId, field, change } = this.context
    const link = field.options.link
    if (!link) return
    wasChosen(targetOf(field), option)
    if (recordId === null)
      return change(
        [...linked, { target: option.value, name: option.label }].map(({ target: id, name }) => ({
          id,
          display_name: name,
        })),
      )
    try {
      await records.create(link.entity, { [link.source]: recordId, [link.target]: option.value })
    } catch (error) {
      toastError(error)
    }
  }

  private async drop({ target, name, link }: Linked): Promise<void> {
    // The button goes with its item.
    this.querySelector<HTMLElement>(`#${this.context.id}`)?.focus()
    const entity = this.context.field.options.link?.entity
    if (!link || !entity) {
      const left = chosenOf(this.context.value).filter((one) => one.target !== target)
      return this.context.change(
        left.length === 0 ? null : left.map((one) => ({ id: one.target, display_name: one.name })),
      )
    }
    try {
      await records.remove(entity, link.id)
      toastUndo(t('fields.links.removed', { item: name }), async () => void (await records.restore(entity, link.id)))
    } catch (error) {
      toastError(error)
    }
  }
}

/** What the link says beside which records it joins. */
function linkFields({ options: { link } }: ClientField): ClientField[] {
  const fields = meta.entity(link?.entity ?? '')?.fields ?? []
  return fields.filter(({ name, isReadable }) => isReadable && name !== link?.source && name !== link?.target)
}

/** A yes is told by what it is about; a no and an empty value are not worth a word. */
function said(field: ClientField, value: WireValue | undefined): (TemplateResult | string)[] {
  if (field.widget === 'checkbox') return value === true ? [text(field.label)] : []
  return [drawValue(field, value, { isCell: false })].filter((shown) => shown !== '')
}

/** Records chosen for one that is not made yet. */
const chosenOf = (value: WireValue): Linked[] =>
  (isList(value) ? value : []).map((one) => ({ target: idOf(one), name: member(one, 'display_name'), link: null }))

export const editLinks: Editor = (context) => html`<rl-links-input .context=${context}></rl-links-input>`

declare global {
  interface HTMLElementTagNameMap {
    'rl-links-input': RlLinksInput
  }
}
