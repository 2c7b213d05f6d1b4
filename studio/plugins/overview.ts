// What a plugin is and does: its facts, the parts of its code by what sets them off, what its author says.
import { html, nothing } from 'lit'
import type { Behaviour } from '../../sdk/plugin/behaviour.ts'
import type { WirePlugin } from '../../sdk/wire/plugins.ts'
import { currentTenant } from '../app/api.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { plural } from './ask-words.ts'

export function renderOverview(plugin: WirePlugin, run: (job: string) => void) {
  const { name, version, signer, installedAt, changedAt, dependents, readme, hash } = plugin
  const fact = (label: string, value: unknown) => html`<dt>${label}</dt><dd>${value}</dd>`
  return html`<div class="rl-plan rl-plugin-overview">
    <section class="rl-plugin-part">${renderParts(plugin, run)}</section>
    <section class="rl-plugin-part">
      <h2>${t('plugin.about')}</h2>
      <dl class="rl-plugin-facts">
        ${fact(t('plugin.fact.package'), html`<span translate="no">${name} ${version}</span>`)}
        ${fact(t('plugin.fact.signer'), signer === null ? t('plugin.fact.nobody') : html`<code translate="no">${signer}</code>`)}
        ${fact(t('plugin.fact.hash'), html`<code translate="no" title=${hash}>${hash.slice(0, 16)}…</code>`)}
        ${fact(t('plugin.fact.installed'), formatMoment(installedAt))}
        ${changedAt === installedAt ? nothing : fact(t('plugin.fact.changed'), formatMoment(changedAt))}
        ${dependents.length > 0 ? fact(t('plugin.fact.dependents'), html`<span translate="no">${dependents.join(', ')}</span>`) : nothing}
      </dl>
      ${readme === null ? nothing : html`<details class="rl-changes"><summary>${t('plugin.readme')}</summary><pre class="rl-readme" translate="no">${readme}</pre></details>`}
    </section>
  </div>`
}

function renderParts({ name, behaviour, state }: WirePlugin, run: (job: string) => void) {
  const { before, after, jobs, routes } = behaviour
  const actions = meta.all.actions.filter((action) => action.package === name)
  const hook = (one: Behaviour['before'][number] | Behaviour['after'][number]) =>
    part(
      text(one.label) || one.name,
      `${plural(one.entity)} · ${one.on.map((operation) => t(`ask.on.${operation}`)).join(', ')}`,
    )
  const sections = [
    group('shield-check', t('plugin.part.before'), before.map(hook)),
    group('bell', t('plugin.part.after'), after.map(hook)),
    group(
      'mouse-pointer-click',
      t('plugin.part.actions'),
      actions.map((action) => part(text(action.label), plural(action.entity))),
    ),
    group(
      'calendar-clock',
      t('plugin.part.jobs'),
      jobs.map((job) =>
        part(
          text(job.label) || job.name,
          job.schedule === undefined ? t('plugin.part.unscheduled') : `${job.schedule} (${job.timeZone ?? 'UTC'})`,
          state === 'on'
            ? html`<button type="button" class="rl-button" @click=${() => run(job.name)}>${t('plugin.job.run')}</button>`
            : nothing,
        ),
      ),
    ),
    group(
      'webhook',
      t('plugin.part.routes'),
      routes.map((route) =>
        part(
          text(route.label) || route.name,
          html`<code translate="no">${route.method} ${addressOf(name, route)}</code>`,
        ),
      ),
    ),
  ]
  const isBare = before.length + after.length + actions.length + jobs.length + routes.length === 0
  return isBare ? html`<p class="rl-muted">${t('plugin.part.none')}</p>` : sections
}

const addressOf = (plugin: string, { access, path }: Behaviour['routes'][number]): string =>
  access === 'user'
    ? `/api/v1/${currentTenant()}/routes/${plugin}/${path}`
    : `/hooks/${currentTenant()}/${plugin}/${path}`

const group = (name: string, title: string, parts: readonly unknown[]) =>
  parts.length === 0 ? nothing : html`<div class="rl-plugin-group"><h3>${icon(name)}${title}</h3>${parts}</div>`

const part = (label: string, detail: unknown, act: unknown = nothing) =>
  html`<div class="rl-plugin-line"><span>${label}</span><span class="rl-muted">${detail}</span>${act}</div>`
