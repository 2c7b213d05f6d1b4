// Short messages at the bottom edge, with an action such as Undo. One place draws them (shell/toasts.ts).
import { t } from './i18n.ts'
import { errorText } from './refusal.ts'
import { createStore } from './store.ts'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'failed'
  action?: { label: string; run: () => void | Promise<void> }
}

const SHOWN_MS = 6_000
const SHOWN_WITH_ACTION_MS = 10_000

export const toasts = createStore<readonly Toast[]>([])
const timers = new Map<number, number>()
let lastId = 0

export interface ToastOptions {
  kind?: Toast['kind']
  action?: { label: string; run: () => void | Promise<void> }
}

/** @returns takes the message away */
export function toast(text: string, { kind = 'done', action }: ToastOptions = {}): () => void {
  const id = ++lastId
  toasts.set([...toasts.get().slice(-2), { id, text, kind, ...(action ? { action } : {}) }])
  // A failure stays until it is read.
  if (kind === 'done') keepFor(id, action ? SHOWN_WITH_ACTION_MS : SHOWN_MS)
  return () => dismissToast(id)
}

/** What happened, with a button that takes it back. */
export function toastUndo(text: string, undo: () => void | Promise<void>): () => void {
  return toast(text, { action: { label: t('undo'), run: undo } })
}

/** What went wrong and what to do, in the server's words. */
export function toastError(error: unknown): () => void {
  return toast(errorText(error), { kind: 'failed' })
}

export function dismissToast(id: number): void {
  clearTimeout(timers.get(id))
  timers.delete(id)
  toasts.set(toasts.get().filter((one) => one.id !== id))
}

/** Not gone while it is pointed at or holds the focus. */
export function keepFor(id: number, ms: number | 'held'): void {
  clearTimeout(timers.get(id))
  if (ms !== 'held')
    timers.set(
      id,
      window.setTimeout(() => dismissToast(id), ms),
    )
}
