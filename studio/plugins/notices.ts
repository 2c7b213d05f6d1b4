// What an administrator has to know of a plugin first: something waits for them, went wrong, or is paused.
import { html, nothing, type TemplateResult } from 'lit'
import type { WirePlugin } from '../../sdk/wire/plugins.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'

export interface Notices {
  act(act: 'resume' | 'upgrade/cancel'): void
  show(tab: string): void
}

export function renderNotices(plugin: WirePlugin, { act, show }: Notices) {
  const { state, next, error, health, secrets } = plugin
  const unset = secrets.filter(({ isSet }) => !isSet).length
  return html`${
    state === 'waiting'
      ? notice(
          'hand',
          t('plugin.notice.waiting'),
          button(t('plugin.notice.decide'), () => show('permissions')),
        )
      : nothing
  }
    ${next?.phase === 'grant' ? notice('package-plus', t('plugin.notice.next', { version: next.version }), html`${button(t('plugin.notice.decide'), () => show('permissions'))}${button(t('plugin.notice.cancel'), () => act('upgrade/cancel'))}`) : nothing}
    ${next?.phase === 'migration' ? notice('loader', t('plugin.notice.migration', { version: next.version })) : nothing}
    ${
      next?.phase === 'failed'
        ? notice(
            'circle-alert',
            `${t('plugin.notice.failed', { version: next.version })} ${error ?? ''}`,
            button(t('plugin.notice.cancel'), () => act('upgrade/cancel')),
          )
        : nothing
    }
    ${error !== null && next?.phase !== 'failed' ? notice('circle-alert', error) : nothing}
    ${state === 'upgrading' && next === null ? notice('loader', t('plugin.notice.firstSteps')) : nothing}
    ${state === 'removing' ? notice('archive', t('plugin.notice.removing')) : nothing}
    ${
      health.state === 'fine'
        ? nothing
        : notice(
            'pause',
            health.untilMs === null
              ? t('plugin.notice.suspended')
              : t('plugin.notice.paused', { until: formatMoment(new Date(health.untilMs).toISOString()) }),
            html`${button(t('plugin.notice.resume'), () => act('resume'))}${button(t('plugin.tab.log'), () => show('log'))}`,
          )
    }
    ${
      unset > 0 && state !== 'removing'
        ? notice(
            'key-round',
            t('plugin.notice.secrets', { count: unset }),
            button(t('plugin.notice.enter'), () => show('secrets')),
          )
        : nothing
    }`
}

const notice = (name: string, said: string, actions: TemplateResult | typeof nothing = nothing) =>
  html`<div class="rl-plugin-notice" role="status">${icon(name)}<p>${said}</p><div class="rl-plugin-notice-acts">${actions}</div></div>`

const button = (label: string, run: () => void) =>
  html`<button type="button" class="rl-button" @click=${run}>${label}</button>`
