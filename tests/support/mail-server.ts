// A mail server for tests: takes what comes by SMTP and keeps it.
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'

export interface Received {
  to: readonly string[]
  subject: string
  /** The plain text part. */
  text: string
  html: string
  /** As it came over the wire. */
  raw: string
}

export interface MailServer {
  /** smtp://127.0.0.1:… */
  url: string
  received: Received[]
  /** The next one to this address; those before it are forgotten. @throws after some seconds */
  next(to: string): Promise<Received>
  /** Answers with this code until it is set to null. */
  refuseWith(code: number | null): void
  close(): Promise<void>
}

const PATIENCE_MS = 8_000

export async function startMailServer(): Promise<MailServer> {
  const received: Received[] = []
  let refusal: number | null = null
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo(_address, _session, done) {
      if (refusal === null) done()
      else done(Object.assign(new Error('not now'), { responseCode: refusal }))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        received.push({ to, ...parse(Buffer.concat(chunks).toString('utf8')) })
        done()
      })
    },
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.on('error', reject)
    const listener = server.listen(0, '127.0.0.1', () => {
      const address = listener.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    async next(to) {
      const deadline = performance.now() + PATIENCE_MS
      while (performance.now() < deadline) {
        const index = received.findIndex((one) => one.to.includes(to))
        const [found] = index < 0 ? [] : received.splice(index, 1)
        if (found) return found
        await delay(10)
      }
      throw new Error(`nothing came to ${to}`)
    },
    refuseWith: (code) => void (refusal = code),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** Enough of MIME for what this system sends: two parts, base64 or quoted-printable, in UTF-8. */
function parse(raw: string): Omit<Received, 'to'> {
  const [head = '', ...body] = raw.split(/\r?\n\r?\n/)
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? ''
  const parts = body.join('\r\n\r\n').split(`--${boundary}`)
  const partOf = (type: string): string => {
    const part = parts.find((one) => one.includes(`Content-Type: ${type}`)) ?? ''
    const [partHead = '', ...rest] = part.split(/\r?\n\r?\n/)
    const content = rest.join('\r\n\r\n').trimEnd()
    if (/base64/i.test(partHead)) return Buffer.from(content, 'base64').toString('utf8')
    return /quoted-printable/i.test(partHead) ? unquote(content) : content
  }
  const subject = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(head)?.[1] ?? ''
  return { subject: words(subject), text: partOf('text/plain'), html: partOf('text/html'), raw }
}

function unquote(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** RFC 2047 */
function words(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString('utf8') : unquote(text.replaceAll('_', ' ')),
    )
}

/** The first address in a message. */
export function linkIn(text: string): URL {
  const found = /https?:\/\/\S+/.exec(text)?.[0]
  if (found === undefined) throw new Error(`no link in: ${text}`)
  return new URL(found)
}
