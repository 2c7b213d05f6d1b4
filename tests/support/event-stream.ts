// Reads server-sent events (WHATWG HTML, 9.2) as a browser does, for tests of live updates.
export interface ServerEvent {
  id: string
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
  data: any
}

export interface EventStream {
  /** All so far. */
  events: readonly ServerEvent[]
  /** The first with this name that nobody has taken. @throws after a while */
  next(event: string, timeoutMs?: number): Promise<ServerEvent>
  /** The other side has closed it. */
  ended: Promise<void>
  close(): Promise<void>
}

export function readEvents(response: Response): EventStream {
  if (response.status !== 200 || !response.body) throw new Error(`No stream: ${response.status}`)
  const reader = response.body.getReader()
  const events: ServerEvent[] = []
  const untaken: ServerEvent[] = []
  let heard = (): void => undefined
  const ended = (async () => {
    const decoder = new TextDecoder()
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = parse(block)
        if (!event) continue
        events.push(event)
        untaken.push(event)
        heard()
      }
    }
  })()
  ended.catch(() => undefined)
  return {
    events,
    ended,
    async next(name, timeoutMs = 5_000) {
      const untilMs = performance.now() + timeoutMs
      for (;;) {
        const at = untaken.findIndex(({ event }) => event === name)
        const [found] = at < 0 ? [] : untaken.splice(at, 1)
        if (found) return found
        const leftMs = untilMs - performance.now()
        if (leftMs <= 0) throw new Error(`No “${name}” came; there were: ${JSON.stringify(events)}`)
        await new Promise<void>((resolve) => {
          heard = resolve
          setTimeout(resolve, leftMs)
        })
      }
    },
    close: () => reader.cancel(),
  }
}

function parse(block: string): ServerEvent | undefined {
  const lines = new Map(
    block.split('\n').flatMap((line) => {
      const at = line.indexOf(': ')
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 2)] as const]
    }),
  )
  const data = lines.get('data')
  return data === undefined
    ? undefined
    : { id: lines.get('id') ?? '', event: lines.get('event') ?? 'message', data: JSON.parse(data) }
}
