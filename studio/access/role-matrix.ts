// The matrix of a role: entities down, operations across, in each cell how far the right reaches. Arrow keys walk, Enter
// opens the choice, letters choose; a row opens to its fields.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { type FieldRight, OPERATIONS, type Operation } from '../../sdk/metadata/rights.ts'
import type { WireRole } from '../../sdk/wire/role.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { renderCell, type CellState } from './role-cell.ts'
import * as role from './role-draft.ts'
import { renderFields } from './role-fields.ts'
import { entityWord, kindOf, KINDS, operationWord, scopeWord, type ScopeKind } from './role-words.ts'
import { buttonAfter, COLUMNS, HEAD, LABEL_COLUMN, MENU_COLUMN, type Place, placeOf } from './matrix-walk.ts'
import './role-matrix.css'
import './role-parts.css'
import './scope-menu.ts'
import type { RlScopeMenu, ScopeChoice } from './scope-menu.ts'

export interface AskRule {
  target: role.Target
  operation: Operation
}

/** Fires `rl-role` (the changed draft) and `rl-rule` (a cell that wants a rule). */
@customElement('rl-role-matrix')
export class RlRoleMatrix extends RlElement {
  @property({ attribute: false }) draft!: role.RoleDraft
  /** As it is published; of a new role: as it began. */
  @property({ attribute: false }) saved!: role.RoleDraft
  /** What packages say; undefined: the role is the organisation's own. */
  @property({ attribute: false }) base: role.RoleDraft | undefined
  @property({ attribute: false }) targets: readonly role.Target[] = []
  @property({ attribute: false }) packages: WireRole['packages'] = []
  /** `ENTITY OPERATION` or `ENTITY fields.NAME` → what is wrong there. */
  @property({ attribute: false }) problems: Readonly<Record<string, string>> = {}
  @property() search = ''
  /** Only rows with a line of their own. */
  @property({ attribute: false }) isShort = false
  @state() private open: ReadonlySet<string> = new Set()
  /** The one cell that Tab reaches. */
  @state() private at = { row: role.OTHERS, column: 'create' }
  @query('rl-scope-menu') private menu!: RlScopeMenu

  protected override render() {
    const groups = this.#groups()
    const shown = groups.flatMap(({ targets }) => targets)
    const hasOthers = this.#isOthersShown()
    // A row that was filtered away cannot hold the way in.
    const rows = [...(hasOthers ? [role.OTHERS] : []), ...shown.map(({ entity }) => entity)]
    if (!rows.includes(this.at.row) && this.at.row !== HEAD) this.at = { row: rows[0] ?? HEAD, column: this.at.column }
    return html`<table class="rl-matrix" role="grid" aria-label=${t('role.matrix')} @keydown=${this.onKey} @focusin=${this.onFocus}>
        <thead>
          <tr role="row">
            <th role="columnheader" scope="col" class="rl-matrix-heads rl-matrix-entity">${t('role.entity')}</th>
            ${OPERATIONS.map((operation) => this.renderHead(operation, shown))}
            <th role="columnheader" scope="col" class="rl-matrix-heads rl-matrix-menu"><span class="rl-sr-only">${t('more')}</span></th>
          </tr>
        </thead>
        ${hasOthers ? html`<tbody class="rl-matrix-others">${this.renderRow(role.OTHERS_TARGET)}</tbody>` : nothing}
        ${repeat(
          groups,
          ({ name }) => name,
          ({ label, targets }) => html`<tbody>
            <tr role="row" class="rl-matrix-group"><th role="rowheader" colspan=${COLUMNS.length} translate="no">${label}</th></tr>
            ${repeat(
              targets,
              ({ entity }) => entity,
              (target) => this.renderRow(target),
            )}
          </tbody>`,
        )}
      </table>
      ${rows.length === 0 ? html`<p class="rl-muted rl-matrix-none">${t('role.search.none', { q: this.search })}</p>` : nothing}
      <rl-scope-menu></rl-scope-menu>`
  }

  #isOthersShown(): boolean {
    return this.search === ''
  }

  /** Rows that the search leaves, by the package that their entity comes from; the kernel's own last. */
  #groups(): { name: string; label: string; targets: role.Target[] }[] {
    const wanted = this.search.trim().toLocaleLowerCase()
    const shown = this.targets.filter(
      ({ entity }) =>
        (!this.isShort || role.hasLine(this.draft, entity)) && entityWord(entity).toLocaleLowerCase().includes(wanted),
    )
    return this.packages
      .toSorted((a, b) => Number(a.name === 'system') - Number(b.name === 'system'))
      .map(({ name, label }) => ({
        name,
        label: text(label),
        targets: shown
          .filter(({ entity }) => entity.startsWith(`${name}.`))
          .toSorted((a, b) => entityWord(a.entity).localeCompare(entityWord(b.entity))),
      }))
      .filter(({ targets }) => targets.length > 0)
  }

  private renderHead(operation: Operation, shown: readonly role.Target[]) {
    const word = operationWord(operation)
    return html`<th role="columnheader" scope="col" class="rl-matrix-heads">
      <button type="button" class="rl-matrix-head" aria-haspopup="menu" title=${t('role.column', { operation: word })} data-row=${HEAD} data-column=${operation} tabindex=${this.#tabIndex(HEAD, operation)} @click=${(event: Event) => this.openColumn(event, operation, shown)}>
        ${word}${icon('chevron-down')}
      </button>
    </th>`
  }

  private renderRow(target: role.Target): TemplateResult {
    const { entity } = target
    const isOpen = this.open.has(entity)
    const wrong = Object.entries(this.problems).filter(
      ([key]) => key.startsWith(`${entity} `) && !key.includes(' fields.'),
    )
    return html`<tr role="row" ?data-own=${role.hasLine(this.draft, entity)} data-entity=${entity}>
        <th role="rowheader" scope="row" class="rl-matrix-entity">${this.renderLabel(target, isOpen)}</th>
        ${OPERATIONS.map((operation) => renderCell(this.#cell(target, operation)))}
        <td role="gridcell" class="rl-matrix-menu">
          <button type="button" class="rl-button" quiet icon-only aria-haspopup="menu" aria-label=${t('role.row', { entity: entityWord(entity) })} title=${t('role.row', { entity: entityWord(entity) })} data-row=${entity} data-column=${MENU_COLUMN} tabindex=${this.#tabIndex(entity, MENU_COLUMN)} @click=${(event: Event) => this.openRow(event, target)}>
            ${icon('ellipsis')}
          </button>
        </td>
      </tr>
      ${wrong.map(
        ([key, said]) =>
          html`<tr role="row" class="rl-matrix-problem"><td role="gridcell" colspan=${COLUMNS.length}><p class="rl-error" id=${problemId(key)}>${said}</p></td></tr>`,
      )}
      ${isOpen ? this.renderFields(target) : nothing}`
  }

  private renderLabel({ entity }: role.Target, isOpen: boolean) {
    if (entity === role.OTHERS)
      return html`<span class="rl-matrix-label"><span>${t('role.others')}</span><span class="rl-help">${t('role.others.help')}</span></span>`
    const count = Object.values(this.draft.entities[entity]?.fields ?? {}).filter((right) => right !== 'edit').length
    return html`<button type="button" class="rl-matrix-label" aria-expanded=${isOpen} title=${t('role.fields.show', { entity: entityWord(entity) })} data-row=${entity} data-column=${LABEL_COLUMN} tabindex=${this.#tabIndex(entity, LABEL_COLUMN)} @click=${() => this.toggle(entity)}>
      ${icon(isOpen ? 'chevron-down' : 'chevron-right')}${icon(meta.entity(entity)?.icon ?? 'box')}<span class="rl-matrix-name" translate="no">${entityWord(entity)}</span>
      ${count > 0 ? html`<span class="rl-help">${t('role.fields.restricted', { count })}</span>` : nothing}
    </button>`
  }

  private renderFields(target: role.Target) {
    const { entity } = target
    return html`<tr role="row" class="rl-matrix-fields">
      <td role="gridcell" colspan=${COLUMNS.length}>
        ${renderFields({
          entity,
          rightOf: (field) => role.fieldRightOf(this.draft, entity, field),
          isDifferent: (field) => this.#differs(target, `fields.${field}`, this.base),
          isUnsaved: (field) => this.#differs(target, `fields.${field}`, this.saved),
          problemOf: (field) => this.problems[`${entity} fields.${field}`],
          set: (fields: readonly string[], right: FieldRight) =>
            this.change(role.withFields(this.draft, target, fields, right)),
        })}
      </td>
    </tr>`
  }

  #differs(target: role.Target, what: string, from: role.RoleDraft | undefined): boolean {
    return from !== undefined && role.differencesIn(from, this.draft, target).includes(what)
  }

  #cell(target: role.Target, operation: Operation): CellState {
    const { entity } = target
    const isOwn = entity === role.OTHERS || role.hasLine(this.draft, entity)
    const problem = `${entity} ${operation}` in this.problems ? problemId(`${entity} ${operation}`) : undefined
    return {
      entity,
      operation,
      grant: role.grantOf(this.draft, target, operation),
      isFixed: target.impossible.includes(operation),
      // What follows the line of all others is marked there.
      isDifferent: isOwn && this.#differs(target, operation, this.base),
      isUnsaved: isOwn && this.#differs(target, operation, this.saved),
      problem,
      tabIndex: this.#tabIndex(entity, operation),
      open: (event) => this.openCell(event, target, operation),
    }
  }

  #tabIndex(row: string, column: string): number {
    return this.at.row === row && this.at.column === column ? 0 : -1
  }

  private change(draft: role.RoleDraft): void {
    fire(this, 'rl-role', draft)
  }

  private toggle(entity: string): void {
    const open = new Set(this.open)
    if (!open.delete(entity)) open.add(entity)
    this.open = open
  }

  /** The row's fields are shown, for what is wrong with one of them. */
  reveal(entity: string): void {
    this.open = new Set([...this.open, entity])
  }

  private async openMenu(event: Event, choice: ScopeChoice): Promise<void> {
    if (event.currentTarget instanceof HTMLElement) await this.menu.open(event.currentTarget, choice)
  }

  private openCell(event: Event, target: role.Target, operation: Operation): void {
    if (target.impossible.includes(operation)) return
    const { base } = this
    const back =
      base && this.#differs(target, operation, base) ? role.grantOf(base, target, operation).scope : undefined
    void this.openMenu(event, {
      label: `${entityWord(target.entity)}, ${operationWord(operation)}`,
      current: kindOf(role.grantOf(this.draft, target, operation).scope),
      hasRule: target.entity !== role.OTHERS,
      choose: (kind) => this.choose(target, operation, kind),
      actions:
        base && back !== undefined
          ? [
              {
                label: t('role.cell.putBack', { scope: scopeWord(back) }),
                icon: 'undo-2',
                run: () => this.change(role.withCellOf(this.draft, base, target, operation)),
              },
            ]
          : [],
    })
  }

  private choose(target: role.Target, operation: Operation, kind: ScopeKind): void {
    if (kind === 'rule') return fire<AskRule>(this, 'rl-rule', { target, operation })
    this.change(role.withGrant(this.draft, target, operation, kind))
  }

  private openColumn(event: Event, operation: Operation, shown: readonly role.Target[]): void {
    const targets = [...(this.#isOthersShown() ? [role.OTHERS_TARGET] : []), ...shown]
    void this.openMenu(event, {
      label: t('role.column', { operation: operationWord(operation) }),
      current: common(targets.map((target) => kindOf(role.grantOf(this.draft, target, operation).scope))),
      hasRule: false,
      choose: (kind) => kind !== 'rule' && this.change(role.withColumn(this.draft, targets, operation, kind)),
      actions: [],
    })
  }

  private openRow(event: Event, target: role.Target): void {
    const { base } = this
    const { entity } = target
    const isAdded = role.hasLine(this.draft, entity) && !(base && role.hasLine(base, entity)) && entity !== role.OTHERS
    const canGoBack = base !== undefined && role.differencesIn(base, this.draft, target).length > 0 && !isAdded
    const possible = OPERATIONS.filter((one) => !target.impossible.includes(one))
    void this.openMenu(event, {
      label: t('role.row', { entity: entityWord(entity) }),
      current: common(possible.map((one) => kindOf(role.grantOf(this.draft, target, one).scope))),
      hasRule: false,
      choose: (kind) => kind !== 'rule' && this.change(role.withRow(this.draft, target, kind)),
      actions: [
        ...(isAdded
          ? [
              {
                label: entity.startsWith('system.') ? t('role.row.drop') : t('role.row.follow'),
                icon: 'undo-2',
                run: () => this.change(role.withoutLine(this.draft, entity)),
              },
            ]
          : []),
        ...(canGoBack
          ? [
              {
                label: t('role.row.putBack'),
                icon: 'undo-2',
                run: () => this.change(role.withRowOf(this.draft, base, target)),
              },
            ]
          : []),
      ],
    })
  }

  private onFocus({ target }: FocusEvent): void {
    const place = placeOf(target)
    if (place && (place.row !== this.at.row || place.column !== this.at.column)) this.at = place
  }

  private onKey(event: KeyboardEvent): void {
    const place = placeOf(event.target)
    if (!place || event.ctrlKey || event.metaKey || event.altKey) return
    const next = buttonAfter(this, place, event.key)
    if (next) {
      event.preventDefault()
      next.focus()
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    } else if (event.key.length === 1 && event.key !== ' ') this.onLetter(event, place)
  }

  /** As in a list of choices that is closed: the next scope whose word begins with the letter. */
  private onLetter(event: KeyboardEvent, { row, column }: Place): void {
    const operation = OPERATIONS.find((one) => one === column)
    const target = [role.OTHERS_TARGET, ...this.targets].find(({ entity }) => entity === row)
    if (!operation || !target || target.impossible.includes(operation)) return
    const letter = event.key.toLocaleLowerCase()
    const at = KINDS.indexOf(kindOf(role.grantOf(this.draft, target, operation).scope))
    const order = KINDS.map((_, index) => KINDS[(at + 1 + index) % KINDS.length] ?? 'none')
    const kind = order.find((one) => t(`scope.${one}`).toLocaleLowerCase().startsWith(letter))
    if (kind === undefined || (kind === 'rule' && target.entity === role.OTHERS)) return
    event.preventDefault()
    event.stopPropagation()
    this.choose(target, operation, kind)
  }
}

const common = (kinds: readonly ScopeKind[]): ScopeKind | undefined =>
  kinds.every((kind) => kind === kinds[0]) ? kinds[0] : undefined

const problemId = (key: string): string => `rl-role-problem-${key.replace(/[^a-z0-9]+/gi, '-')}`

declare global {
  interface HTMLElementTagNameMap {
    'rl-role-matrix': RlRoleMatrix
  }
}
