// What people are told, in the languages of the plugin. What stands beside one refusal only is written there.
import type { Text } from 'relata/plugin'

export const text = (en: string, ru: string, de: string): Text => ({ en, ru, de })

export const NO_PIPELINE = text(
  'There is no pipeline with an open stage yet. Make one first.',
  'Ещё нет воронки с открытой стадией. Сначала создайте её.',
  'Es gibt noch keine Pipeline mit einer offenen Stufe. Legen Sie zuerst eine an.',
)
export const DECIDED = text(
  'This opportunity is decided. Whoever may do so opens it again with “Reopen”.',
  'По этой сделке решение принято. Открыть её снова можно действием «Открыть снова», если есть право.',
  'Diese Chance ist entschieden. Wer das darf, öffnet sie mit „Wieder öffnen“.',
)
export const GONE = text('This record is gone.', 'Этой записи больше нет.', 'Diesen Datensatz gibt es nicht mehr.')

/** `3 opportunities were won.`, with what went wrong behind it. */
export function outcome(done: number, failures: readonly string[], said: (count: number) => Text): Text {
  const told = said(done)
  if (failures.length === 0 || typeof told === 'string') return told
  const more = [...new Set(failures)].slice(0, 3).join(' ')
  const left: Readonly<Record<string, string>> = {
    en: `${failures.length} were not: ${more}`,
    ru: `Не удалось: ${failures.length}. ${more}`,
    de: `${failures.length} nicht: ${more}`,
  }
  return Object.fromEntries(Object.entries(told).map(([language, words]) => [language, `${words} ${left[language]}`]))
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
