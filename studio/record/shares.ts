// To whom one record is shared beside what roles say, and sharing it with somebody else. Fires `changed`.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { SHARE_ACCESS, type Share } from '../../sdk/wire/access.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { ApiError, api } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { toastError, toastUndo } from '../app/toast.ts'
import type { FieldChange } from '../fields/field-editor.ts'
import '../fields/field-editor.ts'
import { member } from '../fields/editor.ts'

const SHARE_ENTITY = 'system.share'
const NEW = { access: 'read', with: { entity: 'system.user', id: null }, until: null }

@customElement('rl-shares')
export class RlShares extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  @property({ attribute: false }) recordId = ''
  @state() private shares: readonly Share[] | null = null
  @state() private isOpen = false
  @state() private draft: Readonly<Record<string, WireValue>> = NEW
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private isSaving = false
  #asked = ''

  protected override willUpdate(): void {
    const key = `${this.entity} ${this.recordId}`
    if (this.#asked === key) return
    this.#asked = key
    this.shares = null
    this.isOpen = false
    void this.load()
  }

  protected override render() {
    const { shares } = this
    return html`<section>
      <div class="rl-access-head">
        <h2>${t('share.title')}</h2>
        ${this.isOpen ? nothing : html`<button type="button" class="rl-button" @click=${this.open}>${icon('share-2')}<span>${t('share.add')}</span></button>`}
      </div>
      ${this.isOpen ? this.#form() : nothing}
      ${
        shares === null
          ? html`<div class="rl-skeleton"></div>`
          : shares.length === 0
            ? this.isOpen
              ? nothing
              : html`<p class="rl-muted">${t('share.none')}</p>`
            : html`<ul class="rl-shares">${shares.map((share) => this.#row(share))}</ul>`
      }
    </section>`
  }

  #row(share: Share) {
    const { with: principal, until } = share
    const name = principal.display_name || text(meta.entity(principal.entity)?.label)
    const isOver = until !== null && Date.parse(until) <= Date.now()
    const period = until === null ? '' : t(isOver ? 'share.over' : 'share.until', { moment: formatMoment(until) })
    return html`<li ?data-over=${isOver}>
      ${icon(meta.entity(principal.entity)?.icon ?? 'user')}
      <span class="rl-access-name">${name}</span>
      <span>${t(`share.access.${share.access}`)}</span>
      <span class="rl-muted">${period}</span>
      <button type="button" class="rl-button" quiet icon-only aria-label=${t('share.remove', { name })} title=${t('share.remove', { name })} @click=${() => void this.takeBack(share)}>${icon('x')}</button>
    </li>`
  }

  #form() {
    return html`<form class="rl-share-form" @submit=${this.onSubmit} @keydown=${this.onKey}>
      ${this.errors[''] ? html`<p class="rl-error" role="alert">${this.errors['']}</p>` : nothing}
      <div class="rl-share-fields">
        ${[withField(), accessField(), untilField()].map(
          (field) => html`<rl-field-editor
            data-field=${field.name}
            .entity=${SHARE_ENTITY}
            .field=${field}
            .value=${this.draft[field.name] ?? null}
            .error=${this.errors[field.name] ?? ''}
            .required=${field.required}
            @change=${this.onChange}
          ></rl-field-editor>`,
        )}
      </div>
      <footer>
        <button type="button" class="rl-button" @click=${this.close}>${t('record.cancel')}</button>
        <button type="submit" class="rl-button" primary ?disabled=${this.isSaving}>${t('share.save')}</button>
      </footer>
    </form>`
  }

  private readonly open = (): void => {
    this.isOpen = true
    this.draft = NEW
    this.errors = {}
    void this.updateComplete.then(() => this.querySelector('rl-field-editor')?.focusEditor())
  }

  private readonly close = (): void => {
    this.isOpen = false
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) this.close()
  }

  private readonly onChange = ({ detail }: CustomEvent<FieldChange | undefined>): void => {
    if (!detail) return
    const { field, value } = detail
    this.draft = { ...this.draft, [field]: value }
    this.errors = {}
  }

  private readonly onSubmit = (event: Event): void => {
    event.preventDefault()
    const id = member(this.draft['with'] ?? null, 'id')
    if (id === '') {
      this.errors = { with: t('share.missing') }
      this.querySelector('rl-field-editor')?.focusEditor()
    } else void this.save({ ...this.draft, with: { entity: member(this.draft['with'] ?? null, 'entity'), id } })
  }

  private get path(): string {
    return `records/${this.entity}/${this.recordId}/shares`
  }

  private async load(): Promise<void> {
    const asked = this.#asked
    try {
      const { data } = await api.get<{ data: Share[] }>(this.path)
      if (asked === this.#asked) this.shares = data
    } catch (error) {
      if (asked === this.#asked) toastError(error)
    }
  }

  private async save(body: object): Promise<void> {
    this.isSaving = true
    try {
      await api.post<Share>(this.path, body)
      this.isOpen = false
      await this.reload()
    } catch (error) {
      this.errors = problemsOf(error)
    } finally {
      this.isSaving = false
    }
  }

  private async takeBack(share: Share): Promise<void> {
    const { with: principal, access, until } = share
    try {
      await api.delete(`${this.path}/${share.id}`)
      await this.reload()
      const isLasting = until === null || Date.parse(until) > Date.now()
      const again = { with: { entity: principal.entity, id: principal.id }, access, until }
      if (isLasting) toastUndo(t('share.removed', { name: principal.display_name ?? '' }), () => this.save(again))
    } catch (error) {
      toastError(error)
    }
  }

  private async reload(): Promise<void> {
    await this.load()
    fire(this, 'changed')
  }
}

function problemsOf(error: unknown): Record<string, string> {
  const problems = error instanceof ApiError ? error.problems : []
  const known = problems.map((problem) => [problem.path.split('/')[1] ?? '', problemText(problem)])
  return known.length > 0 ? Object.fromEntries(known) : { '': errorText(error) }
}

const MADE = { package: 'system', unique: false, searchable: false, readOnly: false, personal: 'none' } as const
const USABLE = { isWritable: true, isReadable: true, isSortable: false } as const

const withField = (): ClientField => ({
  ...MADE,
  ...USABLE,
  name: 'with',
  type: 'any_reference',
  widget: 'anyReference',
  label: t('share.with'),
  required: true,
  options: { to: principals() },
})

/** People and teams; then partners: whose people a share reaches as well. */
function principals(): string[] {
  const parties = meta.all.entities.filter(({ traits }) => traits.includes('party')).map(({ name }) => name)
  return ['system.user', 'system.team', ...parties].filter((name) => meta.entity(name))
}

const accessField = (): ClientField => ({
  ...MADE,
  ...USABLE,
  name: 'access',
  type: 'choice',
  widget: 'choice',
  label: t('share.may'),
  required: true,
  options: { choices: SHARE_ACCESS.map((value) => ({ value, label: t(`share.access.${value}`) })) },
})

const untilField = (): ClientField => ({
  ...MADE,
  ...USABLE,
  name: 'until',
  type: 'date_time',
  widget: 'datetime',
  label: t('share.untilLabel'),
  required: false,
  options: {},
})

declare global {
  interface HTMLElementTagNameMap {
    'rl-shares': RlShares
  }
}
