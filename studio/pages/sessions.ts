// Where the account is signed in: the list, and the end of one or of all the others.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { errorText } from '../app/refusal.ts'
import { toast, toastError } from '../app/toast.ts'

interface SessionInfo {
  id: string
  device: string
  created_at: string
  is_current: boolean
}

@customElement('rl-sessions')
export class RlSessions extends RlElement {
  @state() private sessions: readonly SessionInfo[] = []
  @state() private error = ''

  override connectedCallback(): void {
    super.connectedCallback()
    void this.load()
  }

  protected override render() {
    const hasOthers = this.sessions.some(({ is_current }) => !is_current)
    return html`<section>
      <h2>${t('sessions.title')}</h2>
      ${this.error ? html`<p class="rl-error" role="alert">${this.error}</p>` : nothing}
      <ul class="rl-sessions">${this.sessions.map((one) => this.renderOne(one))}</ul>
      ${hasOthers ? html`<button type="button" class="rl-button" @click=${() => void this.end('/api/sessions')}>${t('sessions.endOthers')}</button>` : nothing}
    </section>`
  }

  private renderOne({ id, device, created_at, is_current }: SessionInfo) {
    return html`<li>
      <span><span translate="no">${device}</span>
        <span class="rl-muted">${is_current ? t('sessions.current') : t('sessions.since', { moment: formatMoment(created_at) })}</span></span>
      ${
        is_current
          ? nothing
          : html`<button type="button" class="rl-button" quiet aria-label=${t('sessions.endOf', { device })} @click=${() => void this.end(`/api/sessions/${id}`)}>${t('sessions.end')}</button>`
      }
    </li>`
  }

  private async load(): Promise<void> {
    try {
      this.sessions = (await api.get<{ data: readonly SessionInfo[] }>('/api/sessions')).data
      this.error = ''
    } catch (error) {
      this.error = errorText(error)
    }
  }

  private async end(path: string): Promise<void> {
    try {
      const { ended } = await api.delete<{ ended: number }>(path)
      toast(t('sessions.ended', { count: ended }))
    } catch (error) {
      toastError(error)
    }
    await this.load()
  }
}
