// What is shown once: a new signing secret, how a test of a webhook went.
import { html, nothing, render, type TemplateResult } from 'lit'
import { renderSecret } from '../access/panel.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import './told.css'

export interface TestAnswer {
  status: number | null
  duration_ms: number
  answer: string | null
  error: string | null
}

export const showSecret = (secret: string): Promise<void> =>
  show(t('webhook.secret.new'), html`<p>${t('webhook.secret.once')}</p>${renderSecret(secret)}`)

export function showTest({ status, duration_ms: durationMs, answer, error }: TestAnswer): Promise<void> {
  const isFine = error === null && status !== null && status < 300
  return show(
    isFine ? t('webhook.test.fine') : t('webhook.test.failed'),
    html`<dl class="rl-told">
        <dt>${t('webhook.test.status')}</dt><dd class="rl-told-status" ?data-fine=${isFine}>${icon(isFine ? 'check' : 'circle-alert')}${status ?? t('webhook.test.noAnswer')}</dd>
        <dt>${t('webhook.test.took')}</dt><dd class="rl-num">${t('usage.ms', { value: formatNumber(durationMs) })}</dd>
        ${error === null ? nothing : html`<dt>${t('webhook.test.error')}</dt><dd>${error}</dd>`}
      </dl>
      ${answer ? html`<pre class="rl-told-answer" translate="no">${answer}</pre>` : nothing}`,
  )
}

/** A dialog of its own, gone from the page when it is closed. */
function show(title: string, body: TemplateResult): Promise<void> {
  const place = document.createElement('div')
  document.body.append(place)
  render(
    html`<dialog class="rl-dialog rl-told-dialog" aria-labelledby="rl-told-title">
      <form method="dialog">
        <h2 id="rl-told-title">${title}</h2>
        ${body}
        <div class="rl-dialog-actions"><button type="submit" class="rl-button" primary>${t('done')}</button></div>
      </form>
    </dialog>`,
    place,
  )
  const dialog = place.querySelector('dialog')
  dialog?.showModal()
  return new Promise((resolve) => {
    dialog?.addEventListener('close', () => {
      place.remove()
      resolve()
    })
  })
}
