// What the panels for users and keys share: the frame of a panel, the roles there are, a secret to copy.
import { html, type TemplateResult } from 'lit'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { toast } from '../app/toast.ts'
import '../record/record.css'
import './panel.css'

export interface Panel {
  title: string
  body: TemplateResult
  /** What the one button does. */
  action: string
  isBusy: boolean
  submit(form: HTMLFormElement): void
  close(): void
}

export function panel({ title, body, action, isBusy, submit, close }: Panel): TemplateResult {
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (event.target instanceof HTMLFormElement) submit(event.target)
  }
  const onKey = (event: KeyboardEvent) => event.key === 'Escape' && close()
  return html`<form class="rl-create" role="dialog" aria-label=${title} @submit=${onSubmit} @keydown=${onKey}>
    <header class="rl-create-head">
      <h2>${title}</h2>
      <button type="button" class="rl-button" quiet icon-only aria-label=${t('close')} @click=${close}>${icon('x')}</button>
    </header>
    <div class="rl-create-body rl-access">${body}</div>
    <footer class="rl-create-foot"><button class="rl-button" primary ?disabled=${isBusy}>${action}</button></footer>
  </form>`
}

/** Roles as the field that holds them offers them. */
export function rolesOf(entity: string, field: string): readonly { value: string; label: string }[] {
  const choices = meta.field(entity, field)?.options.choices ?? []
  return choices.map(({ value, label }) => ({ value, label: label === undefined ? value : text(label) }))
}

/** Something shown once, with a button that copies it. */
export function renderSecret(secret: string): TemplateResult {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret)
      toast(t('copied'))
    } catch {
      toast(t('copyFailed'), { kind: 'failed' })
    }
  }
  return html`<div class="rl-secret">
    <code translate="no" tabindex="0">${secret}</code>
    <button type="button" class="rl-button" @click=${() => void copy()}>${icon('copy')}${t('copy')}</button>
  </div>`
}
