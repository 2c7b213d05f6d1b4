// Server-sent events out of the bytes of an answer (WHATWG HTML, 9.2).
import { unusable } from './transport.ts'

export interface ServerEvent {
  /** Empty: it has none of its own. */
  id: string
  event: string
  data: string
}

/**
 * Ends with the stream; leaving early closes it.
 * @param silenceMs longest pause between two signs of life
 * @throws RL505 nothing came for so long
 */
export async function* readServerEvents(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs)
      if (done) return
      // Both ends of a line may come apart.
      text = (text + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n')
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = eventOf(block)
        if (event) yield event
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function within<T>(reading: Promise<T>, silenceMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unusable('has said nothing for a while')), silenceMs)
  })
  try {
    return await Promise.race([reading, silence])
  } finally {
    clearTimeout(timer)
  }
}

/** undefined: a comment, or no more than a wish for the pause. */
function eventOf(block: string): ServerEvent | undefined {
  const found: ServerEvent = { id: '', event: 'message', data: '' }
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([^:]+):? ?(.*)$/.exec(line) ?? []
    if (name === 'data') data.push(value)
    if (name === 'id') found.id = value
    if (name === 'event') found.event = value
  }
  return data.length === 0 ? undefined : { ...found, data: data.join('\n') }
}
