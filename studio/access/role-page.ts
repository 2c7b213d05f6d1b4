// One role: what it is called, what it lets people do, entity by entity. Nothing is published before Save.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { WireHolders, WireRole } from '../../sdk/wire/role.ts'
import { ApiError, api } from '../app/api.ts'
import { confirm, confirmDiscard } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { languageOf, locale, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue, isChecked } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { addLeaveGuard, hrefOf, navigate, route } from '../app/router.ts'
import { addShortcuts } from '../app/shortcuts.ts'
import { toast, toastError, toastUndo } from '../app/toast.ts'
import '../record/record.css'
import '../pages/not-found.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import type { MenuItem } from '../shell/menu.ts'
import '../shell/menu.ts'
import { countChanges, EMPTY, grantOf, merged, type RoleDraft, trimmed, withGrant } from './role-draft.ts'
import { renderHead } from './role-head.ts'
import type { AskRule, RlRoleMatrix } from './role-matrix.ts'
import './role-matrix.ts'
import { checkRule, deleteRole, type OpenRole, readRole, type RefusedRole, refusalOf, saveRole } from './role-save.ts'
import { entityWord, operationWord } from './role-words.ts'
import './role.css'
import './role-parts.css'
import './rule-dialog.ts'
import type { RlRuleDialog } from './rule-dialog.ts'

const ROLE = 'system.role'
const OWN_PACKAGE = 'custom'
/** Rights of a new role are shown for the entities that this one tells. */
const ANY_ROLE = 'system.administrator'
const NO_PROBLEMS: RefusedRole = { cells: {}, others: [] }

@customElement('rl-role-page')
export class RlRolePage extends RlElement {
  /** Name of the role, or id of its record; '' for a new one. */
  @property({ attribute: false }) name = ''
  @state() private shown: WireRole | undefined
  @state() private draft: RoleDraft = EMPTY
  @state() private saved: RoleDraft = EMPTY
  @state() private failure = ''
  @state() private isMissing = false
  @state() private isSaving = false
  @state() private problems: RefusedRole = NO_PROBLEMS
  @state() private labelProblem = ''
  /** Who holds a role that was to be deleted. */
  @state() private heldBy: readonly { href: string; name: string }[] = []
  @state() private search = ''
  @state() private isShort = false
  @query('rl-role-matrix') private matrix!: RlRoleMatrix | null
  @query('rl-rule-dialog') private rules!: RlRuleDialog
  #removeGuard: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(
      addShortcuts(
        { key: '/', label: t('role.search'), run: () => this.querySelector<HTMLElement>('#role-search')?.focus() },
        { key: 'mod+s', label: t('role.save'), run: () => void this.save() },
      ),
      () => this.#unguard(),
    )
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('name')) void this.load()
  }

  /** What Save and the checks are about. */
  get #open(): OpenRole | undefined {
    if (!this.shown) return undefined
    if (this.#isNew) return { name: '', base: undefined }
    return { name: this.shown.name, base: this.#base }
  }

  get #isNew(): boolean {
    return this.name === ''
  }

  get #base(): RoleDraft | undefined {
    if (!this.shown || this.#isNew || this.shown.package === OWN_PACKAGE) return undefined
    return merged(this.shown.layers.filter((layer) => layer.package !== OWN_PACKAGE))
  }

  get #count(): number {
    return this.shown ? countChanges(this.saved, this.draft, this.shown.entities) : 0
  }

  get #label(): string {
    return text(this.draft.label) || t('role.title.new')
  }

  protected override render() {
    if (this.isMissing) return html`<rl-not-found></rl-not-found>`
    const { shown } = this
    if (!shown)
      return html`${pageHead({ title: t('role.back') })}
        <div class="rl-page rl-role">${this.failure ? this.renderFailure() : html`<div class="rl-skeleton"></div><div class="rl-skeleton"></div>`}</div>`
    return html`${pageHead({ title: this.#label, actions: this.renderActions(shown) })}
      <div class="rl-page rl-role">
        ${this.renderProblems()}${this.renderHeld()}
        ${renderHead({
          role: this.#isNew ? undefined : shown,
          draft: this.draft,
          saved: this.saved,
          problems: { ...this.problems.cells, ...(this.labelProblem ? { label: this.labelProblem } : {}) },
          change: (changes) => this.change({ ...this.draft, ...changes }),
        })}
        ${this.renderTools()}
        <rl-role-matrix
          .draft=${this.draft}
          .saved=${this.saved}
          .base=${this.#base}
          .targets=${shown.entities}
          .packages=${shown.packages}
          .problems=${this.problems.cells}
          .search=${this.search}
          .isShort=${this.isShort}
          @rl-role=${({ detail }: CustomEvent<RoleDraft>) => this.change(detail)}
          @rl-rule=${({ detail }: CustomEvent<AskRule>) => this.askRule(detail)}
        ></rl-role-matrix>
      </div>
      <rl-rule-dialog></rl-rule-dialog>
      ${this.#isDirty ? this.renderSaveBar() : nothing}`
  }

  get #isDirty(): boolean {
    return this.#isNew || this.#count > 0
  }

  private renderFailure() {
    return html`<p class="rl-error" role="alert">${this.failure}</p>
      <button type="button" class="rl-button" @click=${() => void this.load()}>${t('retry')}</button>`
  }

  private renderActions(shown: WireRole) {
    const base = this.#base
    const packageLabel = text(shown.packages.find(({ name }) => name === shown.package)?.label)
    const items: MenuItem[] = this.#isNew
      ? []
      : [
          { label: t('role.copy'), icon: 'copy', run: () => void navigate(hrefOf.newRole(shown.name)) },
          ...(base && countChanges(base, this.draft, shown.entities) > 0
            ? [
                {
                  label: t('role.putAllBack'),
                  detail: t('role.putAllBack.text', { package: packageLabel }),
                  icon: 'undo-2',
                  run: () => this.change(base),
                },
              ]
            : []),
          ...(shown.package === OWN_PACKAGE
            ? [
                {
                  label: t('role.delete'),
                  icon: 'trash-2',
                  isDangerous: true,
                  startsGroup: true,
                  run: () => void this.deleteRole(),
                },
              ]
            : []),
        ]
    return html`<a class="rl-button" quiet href=${hrefOf.list(ROLE)}>${icon('arrow-left')}<span>${t('role.back')}</span></a>
      ${items.length > 0 ? html`<rl-menu .label=${t('role.more')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' }}></rl-menu>` : nothing}`
  }

  private renderProblems() {
    const count = Object.keys(this.problems.cells).length + this.problems.others.length
    return html`<div role="alert" class="rl-role-alert">
      ${
        count > 0
          ? html`<div class="rl-role-notice">${icon('circle-alert')}<div><p>${t('role.problems', { count })}</p>${this.problems.others.map((one) => html`<p>${one}</p>`)}</div></div>`
          : nothing
      }
    </div>`
  }

  private renderHeld() {
    if (this.heldBy.length === 0) return nothing
    return html`<div role="alert" class="rl-role-notice">
      ${icon('circle-alert')}
      <div>
        <p><strong>${t('role.held.title', { name: this.#label })}</strong></p>
        <p>${t('role.held.text')}</p>
        <ul>
          ${this.heldBy.map(({ href, name }) => html`<li><a href=${href} translate="no">${name}</a></li>`)}
        </ul>
      </div>
    </div>`
  }

  private renderTools() {
    return html`<div class="rl-role-tools">
      <h2>${t('role.matrix')}</h2>
      <div class="rl-role-search">
        ${icon('search')}<input id="role-search" type="search" class="rl-input" placeholder=${t('role.search')} aria-label=${t('role.search')} .value=${this.search} @input=${(event: Event) => (this.search = inputValue(event))} />
      </div>
      <label class="rl-check"><input type="checkbox" .checked=${this.isShort} @change=${(event: Event) => (this.isShort = isChecked(event))} />${t('role.onlyOwn')}</label>
      <p class="rl-help rl-role-keys">${t('role.matrix.help')}</p>
    </div>`
  }

  private renderSaveBar() {
    const count = this.#count
    const said = this.isSaving ? t('role.saving') : this.#isNew ? t('role.unsaved.new') : t('role.unsaved', { count })
    return html`<div class="rl-save-bar" ?data-busy=${this.isSaving}>
      <span class="rl-muted" role="status">${said}</span>
      <button type="button" class="rl-button" ?disabled=${this.isSaving} @click=${() => void this.cancel()}>${t('record.cancel')}</button>
      <button type="button" class="rl-button" primary ?disabled=${this.isSaving} @click=${() => void this.save()}>${t('role.save')}</button>
    </div>`
  }

  private async load(): Promise<void> {
    const asked = this.name
    this.failure = ''
    this.isMissing = false
    try {
      const name = await nameOf(asked)
      const copied = route.get().query.get('from')
      const shown = await readRole(asked === '' ? (copied ?? ANY_ROLE) : name)
      if (asked !== this.name) return
      this.take(shown, asked === '' ? (copied === null ? 'empty' : 'copy') : 'open')
    } catch (error) {
      if (asked !== this.name) return
      this.isMissing = error instanceof ApiError && (error.status === 404 || error.status === 403)
      this.failure = errorText(error)
    }
  }

  private take(shown: WireRole, as: 'open' | 'copy' | 'empty'): void {
    const whole = merged(shown.layers)
    this.shown = shown
    this.problems = NO_PROBLEMS
    this.labelProblem = ''
    this.heldBy = []
    this.saved = as === 'empty' ? EMPTY : as === 'copy' ? { ...whole, label: copyLabel(whole) } : whole
    this.draft = this.saved
    setTitle(this.#label, t('role.back'))
    if (as === 'open') this.#unguard()
    else this.#guard()
    if (as !== 'open')
      void this.updateComplete.then(() => this.querySelector<HTMLInputElement>('[id^="role-label"]')?.focus())
  }

  private change(draft: RoleDraft): void {
    this.draft = draft
    this.problems = NO_PROBLEMS
    this.labelProblem = ''
    if (this.#isDirty) this.#guard()
    else this.#unguard()
  }

  #guard(): void {
    this.#removeGuard ??= addLeaveGuard(async () => {
      if (this.isSaving) return false
      const isAgreed = !this.#isDirty || (this.#isNew && this.#count === 0) || (await confirmDiscard())
      if (isAgreed) this.#unguard()
      return isAgreed
    })
  }

  #unguard(): void {
    this.#removeGuard?.()
    this.#removeGuard = undefined
  }

  private async cancel(): Promise<void> {
    if (this.#isNew) return void navigate(hrefOf.list(ROLE))
    if (!(await confirmDiscard())) return
    this.change(this.saved)
  }

  private async save(): Promise<void> {
    const open = this.#open
    if (!open || !this.#isDirty || this.isSaving) return
    if (Object.keys(trimmed(this.draft.label)).length === 0) return this.#askLabel()
    this.isSaving = true
    this.problems = NO_PROBLEMS
    const label = this.#label
    try {
      const { name, undo } = await saveRole(open, this.draft, label)
      this.isSaving = false
      this.#unguard()
      await this.afterPublish(name)
      toastUndo(t('role.saved', { name: label }), () => this.undo(undo, open.name))
    } catch (error) {
      await this.refuse(error)
    } finally {
      this.isSaving = false
    }
  }

  #askLabel(): void {
    this.labelProblem = t('role.label.missing')
    const language = languageOf(locale())
    const input =
      this.querySelector<HTMLElement>(`#role-label-${language}`) ??
      this.querySelector<HTMLElement>('[id^="role-label"]')
    input?.focus()
  }

  /** The page of a new role is that of the role from now on. */
  private async afterPublish(name: string): Promise<void> {
    if (this.#isNew) {
      await navigate(hrefOf.role(name), { replace: true })
      return
    }
    await this.load()
  }

  private async undo(undo: () => Promise<void>, name: string): Promise<void> {
    try {
      await undo()
      toast(t('role.undone'))
      if (!this.isConnected) return
      if (name === '') await navigate(hrefOf.list(ROLE), { replace: true })
      else await this.load()
    } catch (error) {
      toastError(error)
    }
  }

  private async refuse(error: unknown): Promise<void> {
    this.problems = refusalOf(error)
    const [first] = Object.keys(this.problems.cells)
    const [entity = '', what = ''] = first?.split(' ') ?? []
    if (what.startsWith('fields.')) this.matrix?.reveal(entity)
    await this.updateComplete
    await this.matrix?.updateComplete
    const wrong = this.querySelector<HTMLElement>('[aria-invalid="true"], .rl-role-field .rl-error')
    if (wrong) wrong.focus()
    else this.querySelector('.rl-role-alert')?.scrollIntoView({ block: 'nearest' })
  }

  private askRule({ target, operation }: AskRule): void {
    const open = this.#open
    if (!open) return
    const { scope } = grantOf(this.draft, target, operation)
    const withRule = (rule: unknown): RoleDraft => withGrant(this.draft, target, operation, { rule })
    void this.rules.ask({
      title: t('rule.title', { entity: entityWord(target.entity), operation: operationWord(operation) }),
      entity: meta.entity(target.entity),
      rule: typeof scope === 'string' ? undefined : scope.rule,
      check: (rule) => checkRule(open, withRule(rule), target.entity, operation),
      use: (rule) => this.change(withRule(rule)),
    })
  }

  /** Refused while somebody holds it, with the list of who does. */
  private async deleteRole(): Promise<void> {
    const { shown } = this
    if (!shown) return
    try {
      const now = await readRole(shown.name)
      this.heldBy = holdersOf(now)
      if (this.heldBy.length > 0) return
      const name = this.#label
      const asked = { title: t('role.delete.title', { name }), text: t('role.delete.text'), confirm: t('role.delete') }
      if (!(await confirm({ ...asked, isDangerous: true }))) return
      const undo = await deleteRole(shown.name, name)
      this.#unguard()
      await navigate(hrefOf.list(ROLE))
      toastUndo(t('role.deleted', { name }), async () => {
        await undo()
        await navigate(hrefOf.role(shown.name))
      })
    } catch (error) {
      await this.refuse(error)
    }
  }
}

/** The address of a record leads here too. @throws ApiError */
async function nameOf(role: string): Promise<string> {
  if (role === '' || role.includes('.')) return role
  const record = await api.get<{ role: string }>(`records/${ROLE}/${encodeURIComponent(role)}`)
  return record.role
}

const copyLabel = ({ label }: RoleDraft): RoleDraft['label'] => {
  const language = languageOf(locale())
  const name = text(label)
  return { [Object.hasOwn(label, language) ? language : 'en']: t('role.copyOf', { name }) }
}

function holdersOf({ users, keys, invitations }: WireRole): { href: string; name: string }[] {
  const of = ({ first }: WireHolders, entity: string) =>
    first.map(({ id, display_name: name }) => ({ href: hrefOf.record(entity, id), name }))
  return [...of(users, 'system.user'), ...of(keys, 'system.key'), ...of(invitations, 'system.invitation')]
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-role-page': RlRolePage
  }
}
