// From a few sentences to a message in plain text and in simple HTML. Everything is escaped; names that people chose
// stand in one line, cannot end a header, and are never taken for the place of the link.
import { escapeHtml, LINK, type Message } from './message.ts'

export interface Wording {
  subject: string
  /** Paragraphs before the link. */
  before: readonly string[]
  /** What the link is called; absent: there is none. */
  link?: string
  /** Paragraphs after it. */
  after: readonly string[]
}

export function compose({ subject, before, link, after }: Wording): Pick<Message, 'subject' | 'text' | 'html'> {
  const text = [...before, ...(link === undefined ? [] : [`${link}:\n${LINK}`]), ...after].join('\n\n')
  const paragraphs = [
    ...before.map(paragraph),
    ...(link === undefined ? [] : [`<p><a href="${LINK}">${escapeHtml(link)}</a></p>`]),
    ...after.map(paragraph),
  ]
  return { subject, text: `${text}\n`, html: paragraphs.join('\n') }
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`

/** What somebody typed, as part of a sentence. */
export function quoted(typed: string): string {
  return typed
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(LINK, '')
    .trim()
}
