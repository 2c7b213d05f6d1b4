// Text of others on a terminal: names, messages and lines of logs come from plugins and from people.

/** Control characters of both tables but line ends and tabs, and marks that turn the direction of what follows. */
const HARMFUL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** What a terminal would obey is shown as `\u001b` instead: it could paint over other lines, or answer for the reader. */
export const harmless = (text: string): string =>
  text.replaceAll(HARMFUL, (sign) =>
    sign === '\n' || sign === '\t' ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
