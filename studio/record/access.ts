// Who may do what with this record, and why: oneself first, then to whom it is shared, then everybody who can see it.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { AccessAnswer, PeopleAnswer, Reason, RecordOperation, Share } from '../../sdk/wire/access.ts'
import { api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t, type TextKey } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { hrefOf } from '../app/router.ts'
import './access.css'
import './shares.ts'

const ROWS = ['read', 'update', 'delete', 'export', 'share'] as const satisfies readonly RecordOperation[]
const PAGE = 50

@customElement('rl-record-access')
export class RlRecordAccess extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  @property({ attribute: false }) recordId = ''
  @state() private own: AccessAnswer | null = null
  @state() private people: PeopleAnswer | null = null
  /** Of the person whose line stands open. */
  @state() private other: AccessAnswer | null = null
  @state() private search = ''
  @state() private failure = ''
  #asked = ''

  protected override willUpdate(): void {
    const key = `${this.entity} ${this.recordId}`
    if (this.#asked === key) return
    this.#asked = key
    this.own = this.people = this.other = null
    void this.load()
  }

  /** May look at others, and share. */
  get #hasInsight(): boolean {
    return meta.all.administer || this.own?.operations.share.allowed === true
  }

  protected override render() {
    const { own } = this
    if (this.failure)
      return html`<p class="rl-error" role="alert">${this.failure}</p>
        <button type="button" class="rl-button" @click=${() => void this.load()}>${t('retry')}</button>`
    if (!own) return html`<div class="rl-skeleton"></div><div class="rl-skeleton"></div>`
    return html`<div class="rl-access-page">
      <section>
        <h2>${t('access.own')}</h2>
        ${renderOperations(own, this.entity)}
      </section>
      ${
        own.operations.share.allowed
          ? html`<rl-shares .entity=${this.entity} .recordId=${this.recordId} @changed=${() => void this.load()}></rl-shares>`
          : nothing
      }
      ${this.#hasInsight ? this.#everybody() : nothing}
    </div>`
  }

  #everybody() {
    const { people } = this
    return html`<section>
      <div class="rl-access-head">
        <h2>${t('access.people')}</h2>
        <input class="rl-input" type="search" placeholder=${t('access.search')} aria-label=${t('access.search')} .value=${this.search} @input=${this.onSearch} />
      </div>
      ${
        people === null
          ? html`<div class="rl-skeleton"></div>`
          : html`<ul class="rl-access-people">${people.data.map((person) => this.#person(person))}</ul>
              ${people.data.length === 0 && people.next === null ? html`<p class="rl-muted">${t('access.nobody')}</p>` : nothing}
              ${people.next === null ? nothing : html`<button type="button" class="rl-button" @click=${() => void this.loadMore()}>${t('access.more')}</button>`}`
      }
    </section>`
  }

  #person(person: PeopleAnswer['data'][number]) {
    const isOpen = this.other?.user.id === person.id
    const [reason] = person.reasons
    return html`<li>
      <button type="button" class="rl-access-person" aria-expanded=${isOpen} @click=${() => void this.toggle(person.id)}>
        ${icon(person.kind === 'key' ? 'key-round' : 'user')}
        <span class="rl-access-name">${person.display_name}</span>
        <span class="rl-access-may">${person.operations
          .filter((one) => one !== 'export')
          .map((one) => t(NAMES[one]))
          .join(', ')}</span>
        <span class="rl-muted rl-access-why">${reason ? reasonText(reason) : nothing}</span>
        ${icon(isOpen ? 'chevron-down' : 'chevron-right')}
      </button>
      ${isOpen && this.other ? renderOperations(this.other, this.entity) : nothing}
    </li>`
  }

  private get path(): string {
    return `records/${this.entity}/${this.recordId}/access`
  }

  private async load(): Promise<void> {
    const asked = this.#asked
    try {
      const own = await api.get<AccessAnswer>(this.path)
      if (asked !== this.#asked) return
      this.own = own
      this.failure = ''
      if (this.#hasInsight) await this.loadPeople()
    } catch (error) {
      if (asked === this.#asked) this.failure = errorText(error)
    }
  }

  private async loadPeople(): Promise<void> {
    const [asked, search] = [this.#asked, this.search]
    const people = await this.fetchPeople(null)
    if (asked === this.#asked && search === this.search) this.people = people
  }

  private async loadMore(): Promise<void> {
    const known = this.people
    if (!known || known.next === null) return
    const { data, next } = await this.fetchPeople(known.next)
    if (this.people === known) this.people = { data: [...known.data, ...data], next }
  }

  private fetchPeople(cursor: string | null): Promise<PeopleAnswer> {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}), ...(this.search ? { q: this.search } : {}) }
    return api.get<PeopleAnswer>(`${this.path}/people`, { query })
  }

  private readonly onSearch = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement)) return
    this.search = event.target.value.trim()
    this.loadPeople().catch((error: unknown) => {
      this.failure = errorText(error)
    })
  }

  private async toggle(id: string): Promise<void> {
    if (this.other?.user.id === id) {
      this.other = null
      return
    }
    try {
      this.other = await api.get<AccessAnswer>(this.path, { query: { user: id } })
    } catch (error) {
      this.failure = errorText(error)
    }
  }
}

const NAMES: Readonly<Record<RecordOperation, TextKey>> = {
  read: 'access.read',
  update: 'access.update',
  delete: 'access.delete',
  export: 'access.export',
  share: 'access.share',
}

function renderOperations({ operations, fields, parents }: AccessAnswer, entity: string): TemplateResult {
  const blocking = parents.filter(({ allowed }) => !allowed)
  return html`<ul class="rl-access-rights">
      ${ROWS.map((name) => {
        const { allowed, reasons, obstacle } = operations[name]
        const why = allowed ? reasons.map(reasonText) : obstacle ? [t(`access.not.${obstacle}`)] : []
        return html`<li ?data-allowed=${allowed}>
          ${icon(allowed ? 'check' : 'minus', t(allowed ? 'access.allowed' : 'access.refused'))}
          <span>${t(NAMES[name])}</span>
          <span class="rl-muted">${why.join(' · ')}</span>
        </li>`
      })}
    </ul>
    ${parents.length > 0 ? html`<p class="rl-muted">${t(blocking.length > 0 ? 'access.parents.blocked' : 'access.parents')} ${(blocking.length > 0 ? blocking : parents).map(renderParent)}</p>` : nothing}
    ${fields.length > 0 ? html`<p class="rl-muted">${fields.map(({ name, right }) => `${text(meta.field(entity, name)?.label) || name}: ${t(`access.field.${right}`)}`).join(' · ')}</p>` : nothing}`
}

const renderParent = ({ entity, id, display_name: name }: AccessAnswer['parents'][number]) =>
  html`<a href=${hrefOf.record(entity, id)}>${name || text(meta.entity(entity)?.label) || entity}</a> `

/** `Agent: records of their teams`. */
function reasonText(reason: Reason): string {
  if (reason.kind === 'share') return shareText(reason)
  const scope = typeof reason.scope === 'string' ? t(`access.scope.${reason.scope}`) : t('access.scope.rule')
  return t('access.byRole', { role: text(reason.label), scope })
}

export function shareText({ with: principal, until }: Pick<Share, 'with' | 'until'>): string {
  const name = principal.display_name ?? text(meta.entity(principal.entity)?.label)
  return until === null
    ? t('access.byShare', { name })
    : t('access.byShareUntil', { name, moment: formatMoment(until) })
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-record-access': RlRecordAccess
  }
}
