// A relationship being made or changed, from the page of one of the two. Fires `saved` and `close`.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { ApiError } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { inSentence, t } from '../app/i18n.ts'
import { meta, text } from '../app/meta.ts'
import { records } from '../app/records.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { areFine, type FieldChange } from '../fields/field-editor.ts'
import type { Values } from '../fields/form-values.ts'
import { kindOfRecord, kindsFrom, othersOf, RELATIONSHIP, type RelationshipKind } from './relationship-kinds.ts'

/** Fields of this form beside those of the record: the type with its direction, and the other record. */
const KIND = 'kind'
const OTHER = 'other'

@customElement('rl-relationship-form')
export class RlRelationshipForm extends RlElement {
  /** The record whose page this is. */
  @property({ attribute: false }) here!: { entity: string; id: string; name: string }
  /** null: a new one. */
  @property({ attribute: false }) record: WireRecord | null = null
  @state() private changes: Values = {}
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private failure = ''
  @state() private isSaving = false

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('keydown', this.onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.removeEventListener('keydown', this.onKey)
  }

  protected override firstUpdated(): void {
    void this.updateComplete.then(() => this.querySelector('rl-field-editor')?.focusEditor())
  }

  private get kind(): RelationshipKind | undefined {
    const entity = meta.entity(this.here.entity)
    const chosen = this.changes[KIND]
    if (this.record && chosen === undefined) return kindOfRecord(this.record, this.here.id)
    return entity && kindsFrom(entity).find(({ id }) => id === chosen)
  }

  protected override render() {
    const entity = meta.entity(this.here.entity)
    const { kind } = this
    if (!entity) return nothing
    return html`<form class="rl-relationship-form" @submit=${this.onSubmit}>
      ${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : nothing}
      <div class="rl-form-grid" style="--rl-columns: 2">
        ${this.#editor(kindField(kindsFrom(entity), this.here.name), kind?.id ?? null, true)}
        ${kind ? this.#editor(otherField(kind), this.#other(kind), true) : nothing}
        ${kind ? this.#ownFields(kind).map((field) => this.#editor(field, this.#value(field.name), false)) : nothing}
      </div>
      <footer>
        <button type="button" class="rl-button" @click=${() => fire(this, 'close')}>${t('record.cancel')}</button>
        <button type="submit" class="rl-button" ?disabled=${this.isSaving || !kind}>${t('record.save')}</button>
      </footer>
    </form>`
  }

  #editor(field: ClientField, value: WireValue, isRequired: boolean) {
    return html`<rl-field-editor
      data-field=${field.name}
      .entity=${RELATIONSHIP}
      .field=${field}
      .value=${value}
      .recordId=${this.record?.id ?? null}
      .error=${this.errors[field.name] ?? ''}
      .required=${isRequired}
      @change=${({ detail }: CustomEvent<FieldChange | undefined>) => detail && this.#change(detail)}
    ></rl-field-editor>`
  }

  /** Of the record itself, the roles under the names that the type gives them. */
  #ownFields({ type, here, there }: RelationshipKind): ClientField[] {
    const roleOf = (end: 'from' | 'to') => inSentence(text(type[end].role))
    const labels: Readonly<Record<string, string>> = {
      [`${here}_role`]: t('relationship.role', { role: roleOf(here) }),
      [`${there}_role`]: t('relationship.role', { role: roleOf(there) }),
    }
    const names = [`${here}_role`, `${there}_role`, 'valid_from', 'valid_to', 'strength', 'note']
    return names.flatMap((name) => {
      const field = meta.entity(RELATIONSHIP)?.fields.find((one) => one.name === name)
      return field ? [{ ...field, label: labels[name] ?? field.label }] : []
    })
  }

  #value(name: string): WireValue {
    return this.changes[name] ?? (name in this.changes ? null : (this.record?.[name] ?? null))
  }

  #other(kind: RelationshipKind): WireValue {
    return OTHER in this.changes ? (this.changes[OTHER] ?? null) : (this.record?.[kind.there] ?? null)
  }

  #change({ field, value }: FieldChange): void {
    this.changes = { ...this.changes, [field]: value }
    if (this.errors[field]) this.errors = { ...this.errors, [field]: '' }
  }

  private readonly onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    void this.save()
  }

  private async save(): Promise<void> {
    const { kind, record } = this
    if (!kind || this.isSaving || !areFine(this)) return
    this.isSaving = true
    this.failure = ''
    try {
      if (record) await records.update(RELATIONSHIP, record.id, record.version, this.#body(kind))
      else await records.create(RELATIONSHIP, this.#body(kind))
      fire(this, 'saved')
    } catch (error) {
      this.#showProblems(kind, error)
    } finally {
      this.isSaving = false
    }
  }

  #body(kind: RelationshipKind): Values {
    const { [KIND]: newKind, [OTHER]: newOther, ...own } = this.changes
    if (this.record && newKind === undefined && newOther === undefined) return own
    return {
      ...own,
      type: kind.type.name,
      [kind.here]: { entity: this.here.entity, id: this.here.id },
      [kind.there]: pointer(this.#other(kind)),
    }
  }

  /** What is wrong with an end or the type stands at the field of this form that sets it. */
  #showProblems(kind: RelationshipKind, error: unknown): void {
    if (!(error instanceof ApiError) || error.problems.length === 0) {
      this.failure = errorText(error)
      return
    }
    const names: Readonly<Record<string, string>> = { type: KIND, [kind.there]: OTHER, [kind.here]: KIND }
    this.errors = Object.fromEntries(
      error.problems.map((problem) => {
        const name = problem.path.split('/')[1] ?? ''
        return [names[name] ?? name, problemText(problem)]
      }),
    )
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return
    if ((event.ctrlKey || event.metaKey) && (event.key === 'Enter' || event.key === 's')) {
      event.preventDefault()
      void this.save()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      fire(this, 'close')
    }
  }
}

function pointer(value: WireValue): WireValue {
  if (typeof value !== 'object' || value === null || !('entity' in value)) return null
  return { entity: value.entity ?? null, id: value.id ?? null }
}

const made = { package: 'system', required: true, unique: false, searchable: false, readOnly: false } as const
const usable = { personal: 'none', isWritable: true, isReadable: true, isSortable: false } as const

const kindField = (kinds: readonly RelationshipKind[], name: string): ClientField => ({
  ...made,
  ...usable,
  name: KIND,
  type: 'choice',
  widget: 'choice',
  label: t('relationship.kind', { name }),
  options: { choices: kinds.map(({ id, label }) => ({ value: id, label })) },
})

const otherField = (kind: RelationshipKind): ClientField => ({
  ...made,
  ...usable,
  name: OTHER,
  type: 'any_reference',
  widget: 'anyReference',
  label: t('relationship.other'),
  options: { to: othersOf(kind) },
})

declare global {
  interface HTMLElementTagNameMap {
    'rl-relationship-form': RlRelationshipForm
  }
}
