// What a press on an action's button does: it runs, or asks first what its form asks.
import type { ActionAnswer } from '../../sdk/wire/actions.ts'
import type { ClientAction } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import { hrefOf, navigate } from '../app/router.ts'
import { createStore } from '../app/store.ts'
import { toast, toastError } from '../app/toast.ts'
import type { Act } from './act.ts'
import { notOffered, RunError, runAction } from './run.ts'

export interface ActionCall {
  action: ClientAction
  /** Empty: the list as a whole. */
  records: readonly WireRecord[]
  /** It ran on some of them at least. */
  after?: () => void
}

export interface OpenCall extends ActionCall {
  /** The action was refused for these already. */
  without: readonly string[]
}

/** Drawn by dialog.ts. */
export const openCall = createStore<OpenCall | null>(null)

/** As a button. */
export function actOf({ action, records, after }: ActionCall): Act {
  const { label, description, icon, isPromoted } = action
  const call = { action, records, ...(after ? { after } : {}) }
  return {
    label: text(label),
    ...(description === undefined ? {} : { description: text(description) }),
    icon: icon ?? 'zap',
    isPromoted,
    run: () => void startAction(call),
  }
}

/** Never throws: what goes wrong is shown. */
async function startAction(call: ActionCall): Promise<void> {
  const { action, records } = call
  if (action.input.length > 0 || action.confirm !== undefined) return ask(call)
  const ids = records.map(({ id }) => id)
  const stop = new AbortController()
  try {
    const { answer, done } = await runAction(
      { action, ids, input: {} },
      { onProgress: () => undefined, signal: stop.signal },
    )
    finish(call, answer, done)
  } catch (error) {
    const { cause, done } = error instanceof RunError ? error : { cause: error, done: 0 }
    if (done > 0) call.after?.()
    const without = notOffered(cause, ids.slice(done))
    if (without.length > 0 && records.length > 1) await ask({ ...call, records: records.slice(done) }, without)
    else toastError(cause)
  }
}

async function ask(call: ActionCall, without: readonly string[] = []): Promise<void> {
  await import('./dialog.ts')
  openCall.set({ ...call, without })
}

/** What the person hears of it, and where it leads. */
export function finish({ action, records, after }: ActionCall, { message, open }: ActionAnswer, done: number): void {
  const isPieces = done > 0 && (message === undefined || done < records.length)
  const plain =
    done > 1 || isPieces
      ? t('action.doneFor', { action: text(action.label), count: done })
      : t('action.done', { action: text(action.label) })
  toast(message === undefined || done < records.length ? plain : text(message))
  after?.()
  if (open) void navigate(hrefOf.record(open.entity, open.id))
}
