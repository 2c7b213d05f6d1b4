// Questions that need an answer before anything happens. Only for what cannot be undone; else do it and offer Undo.
import { t } from './i18n.ts'
import { createStore } from './store.ts'

export interface Question {
  title: string
  text: string
  /** What the button does: `Remove demo`, never `OK`. */
  confirm: string
  cancel?: string
  isDangerous?: boolean
  /** To be typed before the button works. */
  typed?: string
}

export interface OpenQuestion extends Question {
  answer: (isConfirmed: boolean) => void
}

/** Drawn by shell/dialogs.ts. */
export const question = createStore<OpenQuestion | null>(null)

/** @returns true when the person agreed */
export function confirm(asked: Question): Promise<boolean> {
  question.get()?.answer(false)
  return new Promise((resolve) => {
    question.set({
      ...asked,
      answer: (isConfirmed) => {
        question.set(null)
        resolve(isConfirmed)
      },
    })
  })
}

/** Of what was typed and not sent. */
export const confirmDiscard = (): Promise<boolean> =>
  confirm({
    title: t('record.discard.title'),
    text: t('record.discard.text'),
    confirm: t('record.discard.confirm'),
    cancel: t('record.discard.cancel'),
    isDangerous: true,
  })
