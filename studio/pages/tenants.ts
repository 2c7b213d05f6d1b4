// The organisations a person may enter; for the first time, the choice of what to start with. Operators add and remove.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { api } from '../app/api.ts'
import { confirm } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { type JobProgress, watchJob } from '../app/jobs.ts'
import { hrefOf, navigate, route } from '../app/router.ts'
import { loadSession, session, signOut, type TenantSummary } from '../app/session.ts'
import { errorText } from '../app/refusal.ts'
import { toast, toastError } from '../app/toast.ts'
import { setTitle } from '../shell/header.ts'
import { initials } from '../shell/sidebar.ts'
import './gate.css'
import './tenants.css'

interface Made {
  slug: string
  /** Of a demo: the job that fills it. */
  job?: string
}

const LOOK_MS = 1_500

/** What is true of a demo that is not whole. */
function fillingText({ filling }: TenantSummary) {
  if (!filling) return nothing
  const words =
    filling.state === 'failed'
      ? html`<span class="rl-error">${t('tenants.fillFailed')}</span>`
      : html`<span class="rl-muted">${t('tenants.filling', { percent: Math.round(filling.progress) })}</span>`
  return html`<span role="status">${words}</span>`
}

@customElement('rl-tenants')
export class RlTenants extends RlElement {
  /** What is being made, and how far it is. */
  @state() private making: { title: string; progress: JobProgress | null } | null = null
  @state() private isNaming = false
  @state() private error = ''
  private looking: ReturnType<typeof setTimeout> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('tenants.title'))
    this.whileConnected(
      session.subscribe(() => this.requestUpdate()),
      () => clearTimeout(this.looking),
      route.subscribe(() => this.requestUpdate()),
    )
  }

  protected override render() {
    const tenants = session.get()?.tenants ?? []
    const isFirst = tenants.length === 0
    return html`<main class="rl-alone">
      <div class="rl-gate rl-gate-wide">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        <h1>${isFirst ? t('start.title') : t('tenants.title')}</h1>
        ${isFirst ? html`<p class="rl-muted">${this.mayAdd ? t('start.text') : t('tenants.none')}</p>` : this.renderTenants(tenants)}
        ${this.mayAdd ? this.renderChoice(tenants) : nothing}
        <p class="rl-gate-foot"><button type="button" class="rl-button" quiet @click=${() => void signOut().catch(toastError)}>${icon('log-out')}${t('signOut')}</button></p>
      </div>
    </main>`
  }

  /** Somebody else, or a server that was stopped in between, may be at it: what stands here is asked for anew. */
  protected override updated(): void {
    const isFilling = session.get()?.tenants.some(({ filling }) => filling && filling.state !== 'failed')
    clearTimeout(this.looking)
    if (isFilling && !this.making) this.looking = setTimeout(() => void this.look(), LOOK_MS)
  }

  private async look(): Promise<void> {
    await loadSession().catch(() => undefined)
    if (this.isConnected) this.requestUpdate()
  }

  private get mayAdd(): boolean {
    return session.get()?.user?.isOperator === true
  }

  private renderTenants(tenants: readonly TenantSummary[]) {
    return html`<ul class="rl-tenant-list">
      ${tenants.map(
        (tenant) => html`<li>
          <a class="rl-tenant" href=${hrefOf.home(tenant.slug)}
            ><span class="rl-mark" translate="no" aria-hidden="true">${initials(tenant.title)}</span><span class="rl-strong rl-ellipsis" translate="no">${tenant.title}</span
            >${tenant.isDemo ? html`<span class="rl-tag">${t('demo')}</span>` : nothing}${fillingText(tenant)}</a
          >
          ${
            this.mayAdd
              ? html`<button
                  type="button"
                  class="rl-button"
                  quiet
                  icon-only
                  title=${t('tenants.remove', { name: tenant.title })}
                  aria-label=${t('tenants.remove', { name: tenant.title })}
                  @click=${() => void this.removeTenant(tenant)}
                >
                  ${icon('trash-2')}
                </button>`
              : nothing
          }
        </li>`,
      )}
    </ul>`
  }

  private renderChoice(tenants: readonly TenantSummary[]) {
    if (this.making) return this.renderProgress(this.making)
    const hasDemo = tenants.some(({ isDemo }) => isDemo)
    return html`<div class="rl-starts">
        ${
          hasDemo
            ? nothing
            : html`<button type="button" class="rl-start" @click=${() => void this.make('demo', t('start.demo.name'))}>
                ${icon('compass')}<span><strong>${t('start.demo.title')}</strong><span class="rl-muted">${t('start.demo.text')}</span></span>
              </button>`
        }
        ${
          this.isNaming
            ? this.renderNaming()
            : html`<button type="button" class="rl-start" @click=${() => void this.startNaming()}>
                ${icon('square-plus')}<span><strong>${t('start.empty.title')}</strong><span class="rl-muted">${t('start.empty.text')}</span></span>
              </button>`
        }
      </div>
      <div role="alert">${this.error ? html`<p class="rl-error">${this.error}</p>` : nothing}</div>`
  }

  private renderNaming() {
    return html`<form class="rl-start rl-naming" @submit=${this.onName}>
      <div class="rl-field">
        <label for="title">${t('start.empty.name')}</label>
        <input id="title" name="title" class="rl-input" large required maxlength="120" autocomplete="organization" />
      </div>
      <div class="rl-dialog-actions">
        <button type="button" class="rl-button" @click=${() => (this.isNaming = false)}>${t('cancel')}</button>
        <button class="rl-button" primary>${t('start.empty.create')}</button>
      </div>
    </form>`
  }

  private renderProgress({ title, progress }: { title: string; progress: JobProgress | null }) {
    return html`<div class="rl-start rl-making" role="status">
      <strong>${t('start.making', { name: title })}</strong>
      <progress .value=${progress?.part ?? 0} ?indeterminate=${progress?.part === null} aria-label=${t('start.making', { name: title })}></progress>
      <span class="rl-muted">${progress?.text || t('start.making.text')}</span>
    </div>`
  }

  private async startNaming(): Promise<void> {
    this.isNaming = true
    await this.updateComplete
    this.querySelector<HTMLInputElement>('#title')?.focus()
  }

  private onName(event: SubmitEvent): void {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const title = String(new FormData(event.target).get('title') ?? '').trim()
    if (title !== '') void this.make('empty', title)
  }

  private async make(kind: 'demo' | 'empty', title: string): Promise<void> {
    this.error = ''
    this.making = { title, progress: null }
    try {
      const { slug, job } = await api.post<Made>('/api/tenants', { title, kind })
      if (job) {
        const end = await watchJob(job, (progress) => (this.making = { title, progress }), { tenant: slug })
        if (end.state === 'failed') throw new Error(end.text)
      }
      await loadSession()
      await navigate(hrefOf.home(slug))
    } catch (error) {
      this.error = error instanceof Error && error.message ? error.message : errorText(error)
    } finally {
      this.making = null
      this.isNaming = false
    }
  }

  private async removeTenant({ slug, title, isDemo }: TenantSummary): Promise<void> {
    const isSure = await confirm({
      title: t('tenants.remove', { name: title }),
      text: isDemo ? t('tenants.removeDemo.text') : t('tenants.remove.text'),
      confirm: isDemo ? t('tenants.removeDemo') : t('tenants.remove.confirm'),
      isDangerous: true,
      // A demo can be made again; the work of an organisation cannot.
      ...(isDemo ? {} : { typed: title }),
    })
    if (!isSure) return
    try {
      await api.delete(`/api/tenants/${encodeURIComponent(slug)}`)
      await loadSession()
      toast(t('tenants.removed', { name: title }))
    } catch (error) {
      toastError(error)
    }
  }
}
