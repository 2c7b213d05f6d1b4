// Two ends of a channel without a process between them, and what passed, in order.
import type { Wire } from '../../../kernel/sandbox/wire.ts'

interface End {
  onFrame(header: unknown, body: string): void
  onEnd(why: string | null): void
}
/** `server` or `child` said it, shortly: `child call 1 records.get {"id":1}`. */
export type Transcript = string[]

export function joinedWires(): { server: Wire; child: Wire; transcript: Transcript } {
  const ends = new Map<'server' | 'child', End>()
  const transcript: Transcript = []
  const wire = (mine: 'server' | 'child', other: 'server' | 'child'): Wire => ({
    send(header, body = '') {
      // How many isolates there are is of no invocation.
      if (!('type' in header && header.type === 'isolates')) transcript.push(`${mine} ${short(header)} ${body}`.trim())
      const text = JSON.stringify(header)
      setImmediate(() => ends.get(other)?.onFrame(JSON.parse(text), body))
    },
    listen(onFrame, onEnd) {
      ends.set(mine, { onFrame, onEnd })
    },
    close() {
      const end = ends.get(other)
      ends.clear()
      end?.onEnd(null)
    },
  })
  return { server: wire('server', 'child'), child: wire('child', 'server'), transcript }
}

const TOLD = ['type', 'id', 'call', 'method', 'ok', 'result', 'level', 'kind', 'name']
const short = (header: object): string =>
  Object.entries(header)
    .filter(([name]) => TOLD.includes(name))
    .map(([, value]) => String(value))
    .join(' ')
