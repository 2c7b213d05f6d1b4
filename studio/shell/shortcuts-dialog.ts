// The list of keys that work on this page; opened by `?` and from the account menu.
import { html, render } from 'lit'
import { t } from '../app/i18n.ts'
import { shortcuts } from '../app/shortcuts.ts'
import './dialogs.css'
import './shortcuts-dialog.css'

const NAMES: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑', Enter: '↵', Escape: 'Esc', ' ': '␣' }
const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

export function showShortcuts(): void {
  if (document.querySelector('.rl-shortcuts')) return
  const dialog = document.createElement('dialog')
  dialog.className = 'rl-dialog rl-shortcuts'
  dialog.setAttribute('aria-labelledby', 'rl-shortcuts-title')
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  render(
    html`<form method="dialog">
      <h2 id="rl-shortcuts-title">${t('shortcuts.title')}</h2>
      <dl>
        ${shortcuts.get().map(
          ({ key, label }) => html`<div>
            <dt>${label}</dt>
            <dd>${key.split('+').map((part) => html`<kbd class="rl-kbd">${nameOf(part)}</kbd>`)}</dd>
          </div>`,
        )}
      </dl>
      <div class="rl-dialog-actions"><button class="rl-button" autofocus>${t('close')}</button></div>
    </form>`,
    dialog,
  )
  document.body.append(dialog)
  dialog.showModal()
}

function nameOf(key: string): string {
  if (key === 'mod') return isMac ? '⌘' : 'Ctrl'
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)
}
