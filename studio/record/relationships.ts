// How this record stands to others: by type, present ones first, those that have ended folded away.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta } from '../app/meta.ts'
import { records, recordsVersion } from '../app/records.ts'
import { errorText } from '../app/refusal.ts'
import { timeZone } from '../app/session.ts'
import { toastError, toastUndo } from '../app/toast.ts'
import { renderValue } from '../fields/index.ts'
import { shownText } from '../fields/shown.ts'
import { recordLink } from '../fields/value-parts.ts'
import '../shell/menu.ts'
import { kindOfRecord, RELATIONSHIP, type RelationshipKind } from './relationship-kinds.ts'
import './relationship-form.ts'
import './relationships.css'

const MOST_SHOWN = 500
const SELECT = 'type,from(display_name),to(display_name),from_role,to_role,valid_from,valid_to,strength,note,version'

interface Group {
  kind: RelationshipKind
  present: WireRecord[]
  ended: WireRecord[]
}

@customElement('rl-relationships')
export class RlRelationships extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  @property({ attribute: false }) recordId = ''
  /** Begins the sentence that the form asks to complete. */
  @property({ attribute: false }) name = ''
  @state() private rows: readonly WireRecord[] | null = null
  @state() private failure = ''
  /** Id of the relationship whose form stands open; `new` for one to be made. */
  @state() private open = ''
  #asked = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(recordsVersion.subscribe(() => void this.load()))
  }

  protected override willUpdate(): void {
    if (this.#asked === this.recordId) return
    this.#asked = this.recordId
    this.open = ''
    this.rows = null
    void this.load()
  }

  protected override render() {
    const { rows } = this
    if (this.failure) return html`<p class="rl-error" role="alert">${this.failure}</p>`
    if (!rows) return html`<div class="rl-skeleton"></div><div class="rl-skeleton"></div>`
    const groups = groupsOf(rows, this.recordId)
    return html`<div class="rl-relationships">
      ${this.open === 'new' ? this.#form(null) : this.#head(groups.length === 0)}
      ${groups.map((group) => this.#group(group))}
    </div>`
  }

  #head(isEmpty: boolean) {
    const add = meta.entity(RELATIONSHIP)?.can.create
      ? html`<button type="button" class="rl-button rl-relationship-add" @click=${() => (this.open = 'new')}>${icon('plus')}<span>${t('relationship.add')}</span></button>`
      : nothing
    return isEmpty
      ? html`<div class="rl-relationships-none"><p class="rl-muted">${t('relationship.none')}</p>${add}</div>`
      : add
  }

  #form(record: WireRecord | null) {
    return html`<rl-relationship-form
      .here=${{ entity: this.entity, id: this.recordId, name: this.name }}
      .record=${record}
      @saved=${() => this.close()}
      @close=${() => this.close()}
    ></rl-relationship-form>`
  }

  #group({ kind, present, ended }: Group) {
    return html`<section>
      <h2>${kind.label}</h2>
      <ul>${this.#rows(present, kind)}</ul>
      ${
        ended.length > 0
          ? html`<details ?open=${present.length === 0}>
              <summary>${t('relationship.ended', { count: ended.length })}</summary>
              <ul class="rl-relationships-ended">${this.#rows(ended, kind)}</ul>
            </details>`
          : nothing
      }
    </section>`
  }

  #rows(rows: readonly WireRecord[], kind: RelationshipKind) {
    return repeat(
      rows,
      ({ id }) => id,
      (row) => html`<li>${this.open === row.id ? this.#form(row) : this.#row(row, kind)}</li>`,
    )
  }

  #row(row: WireRecord, { here, there }: RelationshipKind) {
    const other = row[there] ?? null
    const target = entityOf(other)
    const roles = [row[`${there}_role`], row[`${here}_role`]].filter((role) => typeof role === 'string' && role !== '')
    const strength = meta.field(RELATIONSHIP, 'strength')
    return html`<div class="rl-relationship">
      ${icon(meta.entity(target)?.icon ?? 'circle')}
      <span class="rl-relationship-name">
        ${recordLink(target, other, { isCell: false })}
        ${roles.length > 0 ? html`<span class="rl-muted" translate="no">${roles.join(' · ')}</span>` : nothing}
      </span>
      <span class="rl-relationship-strength">${strength ? renderValue(strength, row['strength'] ?? null) : nothing}</span>
      <span class="rl-relationship-period rl-muted rl-num">${period(row)}</span>
      ${this.#actions(row)}
    </div>`
  }

  #actions(row: WireRecord) {
    const can = meta.entity(RELATIONSHIP)?.can
    const items = [
      ...(can?.update ? [{ label: t('record.edit'), icon: 'pencil', run: () => (this.open = row.id) }] : []),
      ...(can?.update && !hasEnded(row)
        ? [{ label: t('relationship.endToday'), icon: 'calendar-check', run: () => void this.end(row) }]
        : []),
      ...(can?.delete
        ? [
            {
              label: t('relationship.remove'),
              icon: 'trash-2',
              isDangerous: true,
              startsGroup: true,
              run: () => void this.toTrash(row),
            },
          ]
        : []),
    ]
    if (items.length === 0) return nothing
    return html`<span class="rl-relationship-menu"><rl-menu .label=${t('record.more')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' }}></rl-menu></span>`
  }

  private async load(): Promise<void> {
    const asked = this.recordId
    const at = (end: string) => ({ '==': [{ var: `${end}.id` }, asked] })
    try {
      const { data } = await records.list(RELATIONSHIP, {
        select: SELECT,
        filter: { or: [at('from'), at('to')] },
        sort: '-valid_from',
        limit: MOST_SHOWN,
      })
      if (asked !== this.recordId) return
      this.rows = data
      this.failure = ''
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private async end(row: WireRecord): Promise<void> {
    try {
      const { version } = await records.update(RELATIONSHIP, row.id, row.version, { valid_to: today() })
      toastUndo(t('relationship.wasEnded'), async () => {
        await records.update(RELATIONSHIP, row.id, version, { valid_to: row['valid_to'] ?? null })
      })
    } catch (error) {
      toastError(error)
    }
  }

  private async toTrash(row: WireRecord): Promise<void> {
    try {
      await records.remove(RELATIONSHIP, row.id)
      toastUndo(t('relationship.wasRemoved'), async () => {
        await records.restore(RELATIONSHIP, row.id)
      })
    } catch (error) {
      toastError(error)
    }
  }

  private close(): void {
    this.open = ''
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.rl-relationship-add')?.focus())
  }
}

/** By type and direction: what holds now first, then in the order of the words. */
function groupsOf(rows: readonly WireRecord[], id: string): Group[] {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const kind = kindOfRecord(row, id)
    if (!kind) continue
    const group = groups.get(kind.id) ?? { kind, present: [], ended: [] }
    groups.set(kind.id, group)
    if (hasEnded(row)) group.ended.push(row)
    else group.present.push(row)
  }
  const isOver = ({ present }: Group): number => Number(present.length === 0)
  return [...groups.values()].toSorted((a, b) => isOver(a) - isOver(b) || a.kind.label.localeCompare(b.kind.label))
}

/** The day in the reader's zone, as the API writes it. */
const today = (): string => new Intl.DateTimeFormat('en-CA', { timeZone: timeZone() }).format(new Date())

/** The last day still counts. */
const hasEnded = ({ valid_to: until }: WireRecord): boolean => typeof until === 'string' && until < today()

function period(row: WireRecord): string {
  const day = (name: string): string => {
    const field = meta.field(RELATIONSHIP, name)
    return field ? shownText(field, row[name]) : ''
  }
  const [from, to] = [day('valid_from'), day('valid_to')]
  if (from && to) return t('filter.range', { from, to })
  if (from) return t('relationship.since', { day: from })
  return to ? t('relationship.until', { day: to }) : ''
}

const entityOf = (value: WireValue): string =>
  typeof value === 'object' && value !== null && 'entity' in value && typeof value.entity === 'string'
    ? value.entity
    : ''

declare global {
  interface HTMLElementTagNameMap {
    'rl-relationships': RlRelationships
  }
}
