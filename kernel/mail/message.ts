// What a room hands to the mail door, and what the postman hands to the wire.

/** Where the secret link goes in `text` and `html`. What is stored has this; the link itself is made when a message leaves. */
export const LINK = '[link]'

export interface Message {
  /** One address. */
  to: string
  subject: string
  text: string
  /** A fragment of HTML, escaped already. */
  html: string
  /** A one-time link that stands in place of `LINK`; absent: the message has none. */
  link?: LinkWish
}

/** A link that is made anew each time the message is tried, so that no working one is stored while it waits. */
export interface LinkWish {
  kind: 'invitation' | 'password'
  /** Of the invitation, or of the account. */
  id: string
}

/** As it goes over the wire: nothing is left to fill in. */
export interface Letter {
  to: string
  subject: string
  text: string
  html: string
}

/** @param link absolute address */
export function fillIn({ to, subject, text, html }: Message, link: string | undefined): Letter {
  if (link === undefined) return { to, subject, text, html }
  return { to, subject, text: text.replaceAll(LINK, link), html: html.replaceAll(LINK, escapeHtml(link)) }
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
