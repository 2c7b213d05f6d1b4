// Keys that work while a page is open. Not while somebody types, nor under an open dialog.
import { createStore } from './store.ts'

export interface Shortcut {
  /** As KeyboardEvent.key says: `/`, `n`, `?`, `ArrowDown`; `mod+k` = Ctrl or Command. */
  key: string
  label: string
  run: (event: KeyboardEvent) => void
  /** Only listed: the element that has the focus handles it itself. */
  isLocal?: boolean
}

export const shortcuts = createStore<readonly Shortcut[]>([])

/** @returns the remover */
export function addShortcuts(...added: readonly Shortcut[]): () => void {
  shortcuts.set([...shortcuts.get(), ...added])
  return () => shortcuts.set(shortcuts.get().filter((one) => !added.includes(one)))
}

const isTyping = (node: EventTarget | undefined): boolean =>
  node instanceof HTMLElement &&
  (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName)) &&
  !isCheckbox(node)
const isCheckbox = (node: HTMLElement): boolean =>
  node instanceof HTMLInputElement && /^(checkbox|radio)$/.test(node.type)

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey) return
  const hasModifier = event.ctrlKey || event.metaKey
  if (!hasModifier && isTyping(event.composedPath()[0])) return
  if (document.querySelector('dialog[open]:modal')) return
  const name = `${hasModifier ? 'mod+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`
  // The page opened last comes first.
  const found = shortcuts.get().findLast(({ key, isLocal }) => key === name && !isLocal)
  if (!found) return
  event.preventDefault()
  found.run(event)
})
