// The wire: SMTP, by nodemailer. Nothing here knows what a message is about.
import { createTransport } from 'nodemailer'
import type { Letter } from './message.ts'

export interface Transport {
  /** @throws MailRefused · any other error: try again later */
  send(letter: Letter): Promise<void>
  close(): void
}

/** The server will not take this message, now or later. */
export class MailRefused extends Error {}

export interface SmtpOptions {
  /** smtp://user:password@host:587, smtps://… */
  url: string
  /** Sender: an address, or `Name <address>`. */
  from: string
}

const TIMEOUT_MS = 20_000

export function openTransport({ url, from }: SmtpOptions): Transport {
  const target = new URL(url)
  const isImplicit = target.protocol === 'smtps:'
  const user = decodeURIComponent(target.username)
  const transporter = createTransport({
    host: target.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(target.port) || (isImplicit ? 465 : 587),
    secure: isImplicit,
    // A password never travels in clear text, except within this machine.
    requireTLS: user !== '' && !isLocal(target.hostname),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(target.password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, subject, text, html }) {
      try {
        // As an object: a list in the text of an address would be taken for several.
        const headers = { 'Auto-Submitted': 'auto-generated' }
        await transporter.sendMail({ from, to: { name: '', address: to }, subject, text, html, headers })
      } catch (error) {
        throw isForGood(error) ? new MailRefused(messageOf(error), { cause: error }) : error
      }
    },
    close: () => transporter.close(),
  }
}

const isLocal = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)

/**
 * Of the answers of a server only those about this message are final (RFC 5321: 5yz to MAIL, RCPT or DATA). A refused
 * sign-in or greeting is a matter of configuration and may be put right meanwhile.
 */
function isForGood(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return false
  const code = 'code' in error ? error.code : ''
  return Number(error.responseCode) >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
