// One plugin: how it is, what it may do, its settings and secrets, its log and what it costs.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { WirePlugin } from '../../sdk/wire/plugins.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { hrefOf, route, setQuery } from '../app/router.ts'
import { toast, toastError } from '../app/toast.ts'
import '../pages/not-found.ts'
import '../record/record.css'
import { renderTabs, type Tab } from '../record/tabs.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import type { MenuItem } from '../shell/menu.ts'
import '../shell/menu.ts'
import { plugins } from './calls.ts'
import { PLUGIN } from './entity.ts'
import './dry-run.ts'
import './log.ts'
import { renderNotices } from './notices.ts'
import { renderOverview } from './overview.ts'
import '../access/role-parts.css'
import './install.css'
import './page.css'
import './permissions.ts'
import { isDone } from './plan.ts'
import './remove.ts'
import type { RlRemovePlugin } from './remove.ts'
import './secrets.ts'
import './settings.ts'
import './usage.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/
const ASK_EVERY_MS = 1_000

@customElement('rl-plugin-page')
export class RlPluginPage extends RlElement {
  /** Its name, or the id of its record. */
  @property({ attribute: false }) name = ''
  @state() private plugin: WirePlugin | undefined
  @state() private failure = ''
  @state() private isMissing = false
  @state() private isBusy = false
  @query('rl-remove-plugin') private removal!: RlRemovePlugin

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(route.subscribe(() => this.requestUpdate()))
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('name')) void this.load()
  }

  private async load(): Promise<void> {
    this.failure = ''
    this.isMissing = false
    try {
      const { name } = this
      const record = UUID.test(name) ? await api.get<WireRecord>(`records/${PLUGIN}/${name}`) : undefined
      this.take(await plugins.get(record ? String(record['plugin']) : name))
    } catch (error) {
      this.isMissing = error instanceof ApiError && error.status === 404
      this.failure = errorText(error)
    }
  }

  /** While something is under way it is asked again. */
  private take(plugin: WirePlugin): void {
    this.plugin = plugin
    setTitle(text(plugin.label), t('plugin.all'))
    if (isDone(plugin) && plugin.state !== 'removing') return
    setTimeout(() => {
      if (this.isConnected && this.plugin === plugin) void this.load()
    }, ASK_EVERY_MS)
  }

  protected override render() {
    if (this.isMissing) return html`<rl-not-found></rl-not-found>`
    const { plugin } = this
    if (!plugin)
      return html`${pageHead({ title: t('plugin.one') })}<div class="rl-page rl-record">${
        this.failure
          ? html`<p class="rl-error" role="alert">${this.failure}</p><button type="button" class="rl-button" @click=${() => void this.load()}>${t('retry')}</button>`
          : html`<div class="rl-skeleton"></div><div class="rl-skeleton"></div>`
      }</div>`
    const tabs = tabsOf(plugin)
    const wanted = route.get().query.get('tab')
    const current = tabs.find(({ id }) => id === wanted)?.id ?? 'overview'
    const show = (tab: string): void => setQuery({ tab: tab === 'overview' ? null : tab }, { replace: true })
    return html`${pageHead({ title: text(plugin.label), beside: renderState(plugin), actions: this.renderActions(plugin) })}
      <div class="rl-page rl-record rl-plugin-page">
        ${renderNotices(plugin, { act: (act) => void this.act(act), show })}
        ${renderTabs(tabs, current, show, this.renderPanel(plugin, current))}
      </div>
      <rl-remove-plugin></rl-remove-plugin>`
  }

  private renderActions({ name, state, dependents }: WirePlugin) {
    const items: MenuItem[] = [
      { label: t('plugin.upgrade'), icon: 'package-plus', href: hrefOf.create(PLUGIN) },
      ...(state === 'removing'
        ? []
        : [
            {
              label: t('plugin.remove'),
              icon: 'trash-2',
              isDangerous: true,
              startsGroup: true,
              run: () => void this.removal.ask(name, dependents),
            },
          ]),
    ]
    const turn = state === 'off' ? 'enable' : 'disable'
    return html`<a class="rl-button" quiet href=${hrefOf.list(PLUGIN)}>${icon('arrow-left')}<span>${t('plugin.all')}</span></a>
      <rl-menu .label=${t('record.more')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' } as const}></rl-menu>
      ${state === 'on' || state === 'off' ? html`<button type="button" class="rl-button" ?primary=${turn === 'enable'} ?disabled=${this.isBusy} @click=${() => void this.act(turn)}>${t(`plugin.${turn}`)}</button>` : nothing}`
  }

  private renderPanel(plugin: WirePlugin, tab: string) {
    const onChange = ({ detail }: CustomEvent<WirePlugin>): void => this.take(detail)
    if (tab === 'permissions')
      return html`<rl-plugin-permissions .plugin=${plugin} @rl-plugin=${onChange}></rl-plugin-permissions>`
    if (tab === 'settings')
      return html`<rl-plugin-settings .plugin=${plugin} @rl-plugin=${onChange}></rl-plugin-settings>`
    if (tab === 'secrets') return html`<rl-plugin-secrets .plugin=${plugin} @rl-plugin=${onChange}></rl-plugin-secrets>`
    if (tab === 'try')
      return html`<rl-dry-run .name=${plugin.name} .behaviour=${plugin.behaviour} .isNext=${plugin.state === 'waiting'}></rl-dry-run>`
    if (tab === 'log') return html`<rl-plugin-log .name=${plugin.name}></rl-plugin-log>`
    if (tab === 'usage') return html`<rl-plugin-usage .name=${plugin.name}></rl-plugin-usage>`
    return renderOverview(plugin, (job) => void this.run(plugin, job))
  }

  private async act(act: 'enable' | 'disable' | 'resume' | 'upgrade/cancel'): Promise<void> {
    const { plugin } = this
    if (!plugin || this.isBusy) return
    this.isBusy = true
    try {
      this.take(await plugins.act(plugin.name, act))
    } catch (error) {
      toastError(error)
    } finally {
      this.isBusy = false
    }
  }

  private async run({ name }: WirePlugin, job: string): Promise<void> {
    const takeAway = toast(t('plugin.job.running', { job }))
    try {
      await plugins.run(name, job)
      toast(t('plugin.job.done', { job }))
    } catch (error) {
      toastError(error)
    } finally {
      takeAway()
    }
  }
}

function tabsOf({ form, secrets, asks, nextAsks, behaviour }: WirePlugin): Tab[] {
  return [
    { id: 'overview', label: t('plugin.tab.overview') },
    ...(asks.length + nextAsks.length > 0 ? [{ id: 'permissions', label: t('plugin.tab.permissions') }] : []),
    ...(form.length > 0 ? [{ id: 'settings', label: t('plugin.tab.settings') }] : []),
    ...(secrets.length > 0 ? [{ id: 'secrets', label: t('plugin.tab.secrets') }] : []),
    ...(behaviour.before.length + behaviour.after.length > 0 ? [{ id: 'try', label: t('plugin.tab.try') }] : []),
    { id: 'log', label: t('plugin.tab.log') },
    { id: 'usage', label: t('plugin.tab.usage') },
  ]
}

function renderState({ state, health, version, isDevelopment }: WirePlugin) {
  const shown = state === 'on' && health.state !== 'fine' ? health.state : state
  return html`<span class="rl-plugin-state" data-state=${shown}>${t(`plugin.state.${shown}`)}</span>
    <span class="rl-muted rl-num">${version}</span>${isDevelopment ? html`<span class="rl-tag">${t('plugin.development')}</span>` : nothing}`
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-plugin-page': RlPluginPage
  }
}
