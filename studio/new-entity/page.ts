// New entity: a name, rows of fields, publish. What was typed is kept until it is published or thrown away.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { RlElement } from '../app/element.ts'
import { type TextKey, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { openPopup } from '../app/popup.ts'
import { hrefOf, navigate } from '../app/router.ts'
import { errorText } from '../app/refusal.ts'
import { toast } from '../app/toast.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import { currentApp, setCurrentApp } from '../shell/navigation.ts'
import { type Draft, type DraftField, type DraftProblem, newField, problemsOf } from './draft.ts'
import './field-row.ts'
import { ICONS } from './icons.ts'
import { pluralOf } from './names.ts'
import './page.css'
import { renderPreview } from './preview.ts'
import { PublishRefused, publish } from './publish.ts'

const SYSTEM = 'system.'
/** Entries that a sidebar shows without More. */
const VISIBLE_ENTRIES = 8
const keyOf = (): string => `relata.new-entity.${meta.tenant.slug}`

@customElement('rl-new-entity')
export class RlNewEntity extends RlElement {
  @state() private draft: Draft = loadDraft() ?? emptyDraft()
  @state() private problems: readonly { field: string; input: string; message: string }[] = []
  @state() private failure = ''
  @state() private isBusy = false
  /** Problems are shown from the first attempt on. */
  @state() private wasTried = false
  @query('.rl-icon-menu') private iconMenu!: HTMLElement

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('newEntity.title'), meta.tenant.title)
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#entity-label')?.focus()
  }

  protected override render() {
    const actions = html`<button
        type="button"
        class="rl-button"
        quiet
        icon-only
        title=${t('newEntity.startOver')}
        aria-label=${t('newEntity.startOver')}
        @click=${this.startOver}
      >
        ${icon('rotate-ccw')}</button
      ><button type="button" class="rl-button" primary ?disabled=${this.isBusy} @click=${() => void this.publish()}>${icon('rocket')}${t('publish')}</button>`
    return html`${pageHead({ title: t('newEntity.title'), actions })}
      <div class="rl-page">
        <div class="rl-builder">
          <div class="rl-builder-main">${this.renderSummary()}${this.renderEntity()}${this.renderFields()}</div>
          <aside class="rl-builder-side" aria-label=${t('newEntity.preview')}>
            <h2 class="rl-label">${t('newEntity.preview')}</h2>
            ${renderPreview(this.draft)}
          </aside>
        </div>
      </div>`
  }

  private renderSummary() {
    const shown =
      this.failure || (this.problems.length > 0 ? t('newEntity.problems', { count: this.problems.length }) : '')
    return html`<div role="alert">
      ${
        shown
          ? html`<div class="rl-notice">
              ${icon('circle-alert')}<span>${shown}</span>${this.problems
                .filter(({ input }) => input === '')
                .map(({ message }) => html`<p>${message}</p>`)}
            </div>`
          : nothing
      }
    </div>`
  }

  private renderEntity() {
    const { label, plural, icon: chosen, app } = this.draft
    const error = this.problems.find(({ field, input }) => field === '' && input === 'label')?.message
    return html`<section class="rl-builder-entity">
      <div class="rl-field rl-entity-name">
        <label for="entity-label">${t('newEntity.label')}</label>
        <div class="rl-name-row">
          <button
            type="button"
            class="rl-button rl-icon-button"
            aria-label=${t('newEntity.icon')}
            title=${t('newEntity.icon')}
            @click=${(event: Event) => event.currentTarget instanceof Element && openPopup(this.iconMenu, event.currentTarget)}
          >
            ${icon(chosen)}
          </button>
          <input
            id="entity-label"
            class="rl-input"
            large
            maxlength="60"
            autocomplete="off"
            placeholder=${t('newEntity.label.placeholder')}
            aria-invalid=${error ? 'true' : nothing}
            aria-describedby="entity-label-error"
            .value=${label}
            @input=${(event: Event) => this.change({ label: inputValue(event) })}
          />
        </div>
        <div id="entity-label-error">${error ? html`<p class="rl-error">${error}</p>` : nothing}</div>
      </div>
      <div class="rl-field">
        <label for="entity-plural">${t('newEntity.plural')}</label>
        <input
          id="entity-plural"
          class="rl-input"
          maxlength="60"
          autocomplete="off"
          placeholder=${pluralOf(label.trim())}
          .value=${plural}
          @input=${(event: Event) => this.change({ plural: inputValue(event) })}
        />
      </div>
      <div class="rl-field">
        <label for="entity-app">${t('newEntity.app')}</label>
        <div class="rl-select">
          <select id="entity-app" class="rl-input" @change=${(event: Event) => this.change({ app: inputValue(event) })}>
            ${meta.apps
              .filter(({ name }) => !name.startsWith(SYSTEM))
              .map((one) => html`<option value=${one.name} ?selected=${one.name === app}>${text(one.label)}</option>`)}
            <option value="" ?selected=${app === ''}>${t('newEntity.app.own')}</option>
          </select>
          ${icon('chevron-down')}
        </div>
      </div>
      <div popover class="rl-popup rl-icon-menu">
        ${ICONS.map(
          (name) =>
            html`<button type="button" translate="no" aria-label=${name.replaceAll('-', ' ')} aria-pressed=${name === chosen} @click=${() => this.chooseIcon(name)}>
              ${icon(name)}
            </button>`,
        )}
      </div>
    </section>`
  }

  private renderFields() {
    const { fields } = this.draft
    return html`<section>
      <h2 class="rl-label">${t('newEntity.fields')}</h2>
      <div class="rl-rows">
        ${repeat(
          fields,
          ({ key }) => key,
          (field, index) => html`<rl-field-row
            .field=${field}
            .number=${index + 1}
            .isOnly=${fields.length === 1}
            .errors=${this.errorsOf(field.key)}
            @rl-change=${({ detail }: CustomEvent<DraftField>) => this.changeFields(fields.with(index, detail))}
            @rl-remove=${() => this.changeFields(fields.toSpliced(index, 1))}
            @rl-move=${({ detail }: CustomEvent<number>) => this.move(index, index + detail)}
            @rl-next=${() => this.addField(index + 1)}
          ></rl-field-row>`,
        )}
      </div>
      <button type="button" class="rl-button" quiet @click=${() => this.addField(fields.length)}>${icon('plus')}${t('newEntity.addField')}</button>
    </section>`
  }

  private errorsOf(key: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.problems.filter(({ field }) => field === key).map(({ input, message }) => [input, message]),
    )
  }

  private change(changes: Partial<Draft>): void {
    this.draft = { ...this.draft, ...changes }
    sessionStorage.setItem(keyOf(), JSON.stringify(this.draft))
    if (this.wasTried) this.problems = problemsOf(this.draft).map(worded)
  }
  private changeFields(fields: readonly DraftField[]): void {
    this.change({ fields })
  }
  private chooseIcon(name: string): void {
    this.iconMenu.hidePopover()
    this.change({ icon: name })
  }
  private addField(at: number): void {
    this.changeFields(this.draft.fields.toSpliced(at, 0, newField('text')))
    void this.updateComplete.then(async () => {
      const row = this.querySelectorAll('rl-field-row')[at]
      await row?.updateComplete
      row?.querySelector<HTMLInputElement>('.rl-row-label')?.focus()
    })
  }
  private move(from: number, to: number): void {
    const { fields } = this.draft
    const moved = fields[from]
    if (moved && to >= 0 && to < fields.length) this.changeFields(fields.toSpliced(from, 1).toSpliced(to, 0, moved))
  }
  private startOver(): void {
    sessionStorage.removeItem(keyOf())
    this.draft = emptyDraft()
    this.problems = []
    this.failure = ''
    this.wasTried = false
    this.querySelector<HTMLInputElement>('#entity-label')?.focus()
  }

  private async publish(): Promise<void> {
    this.wasTried = true
    this.failure = ''
    this.problems = problemsOf(this.draft).map(worded)
    if (this.problems.length > 0) return this.focusProblem()
    this.isBusy = true
    const { label, plural } = this.draft
    try {
      const entity = await publish({ ...this.draft, plural: plural.trim() || pluralOf(label.trim()) })
      sessionStorage.removeItem(keyOf())
      const app = meta.apps.find(({ navigation }) => navigation.some((entry) => entry.entity === entity))
      if (app) setCurrentApp(app.name)
      toast(t('newEntity.published', { name: label.trim() }))
      // Straight to the first record.
      await navigate(hrefOf.create(entity))
    } catch (error) {
      this.showRefusal(error)
    } finally {
      this.isBusy = false
    }
  }

  private showRefusal(error: unknown): void {
    if (!(error instanceof PublishRefused)) {
      this.failure = errorText(error)
      return
    }
    this.problems = error.problems.map(({ row, message }) => {
      const key = this.draft.fields[row]?.key
      return key ? { field: key, input: 'type', message } : { field: '', input: '', message }
    })
    this.focusProblem()
  }

  private focusProblem(): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
}

const WORDS = {
  label: 'newEntity.problem.label',
  fields: 'newEntity.problem.fields',
  choices: 'newEntity.problem.choices',
  target: 'newEntity.problem.target',
  sameLabel: 'newEntity.problem.sameLabel',
} as const satisfies Record<DraftProblem['key'], TextKey>
const worded = ({ field, input, key }: DraftProblem) => ({ field, input, message: t(WORDS[key]) })

/** The app that is open, or another with room; none: an app of its own. */
function appWithRoom(): string {
  const ours = meta.apps.filter(
    ({ name, navigation }) => !name.startsWith(SYSTEM) && navigation.length < VISIBLE_ENTRIES,
  )
  return ours.find(({ name }) => name === currentApp()?.name)?.name ?? ours[0]?.name ?? ''
}

function emptyDraft(): Draft {
  return {
    label: '',
    plural: '',
    icon: 'box',
    fields: [{ ...newField('text', t('standard.display_name')), isRequired: true }],
    app: appWithRoom(),
  }
}

/** What was typed before a reload. */
function loadDraft(): Draft | null {
  try {
    const kept: Draft | null = JSON.parse(sessionStorage.getItem(keyOf()) ?? 'null')
    return kept && Array.isArray(kept.fields) ? kept : null
  } catch {
    return null
  }
}
