// What others change while a page is open: one stream of server-sent events for the tenant that is shown. Those who show
// records hear which of them moved, and ask for them again by themselves.
import { apiHref } from './api.ts'
import { meta, reloadMeta } from './meta.ts'
import { forgetEntity } from './records.ts'

/** Of one entity: which records, or so many that they are not named. */
export type Moved = ReadonlySet<string> | 'many'
type Listener = (moved: Moved) => void

interface Change {
  entity: string
  /** null: many. */
  ids: readonly string[] | null
}

const listeners = new Map<Listener, () => string>()
const FIRST_PAUSE_MS = 5_000
const MOST_PAUSE_MS = 60_000
/** A page that nobody looks at gives its place up: a browser has six connections to a server, for all of its tabs. */
const HIDDEN_MS = 10_000

const VERSION_PAUSE_MS = 300
const VERSION_TRIES = 5

let stream: EventSource | undefined
let timer: number | undefined
let pauseMs = FIRST_PAUSE_MS
/** Of the last event that was heard. */
let cursor = ''
let tenant = ''

/** @param entity asked at each change: qualified name @returns the remover */
export function onMoved(entity: () => string, listener: Listener): () => void {
  listeners.set(listener, entity)
  return () => void listeners.delete(listener)
}

/** Listens to this tenant, and no more to the one before. @returns the end */
export function listen(slug: string): () => void {
  if (slug !== tenant) cursor = ''
  tenant = slug
  open()
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    close()
  }
}

function open(): void {
  close()
  const opened = new EventSource(apiHref('live', { last_event_id: cursor }))
  const heard = (event: MessageEvent<string>): unknown => {
    if (event.lastEventId) cursor = event.lastEventId
    return JSON.parse(event.data)
  }
  opened.addEventListener('ready', (event) => {
    pauseMs = FIRST_PAUSE_MS
    void onVersion(heard(event))
  })
  opened.addEventListener('change', (event) => {
    const told = heard(event)
    for (const { entity, ids } of changesIn(told)) tell(entity, ids === null ? 'many' : new Set(ids))
  })
  opened.addEventListener('resync', (event) => {
    heard(event)
    for (const entity of new Set([...listeners.values()].map((of) => of()))) tell(entity, 'many')
  })
  opened.addEventListener('version', (event) => void onVersion(heard(event)))
  // Whoever is signed out hears it from the next answer.
  opened.addEventListener('end', () => opened.close())
  opened.addEventListener('error', () => {
    // A lost connection is tried again by the browser; what the server refused is not.
    if (opened.readyState !== EventSource.CLOSED || stream !== opened) return
    timer = window.setTimeout(open, pauseMs)
    pauseMs = Math.min(pauseMs * 2, MOST_PAUSE_MS)
  })
  stream = opened
}

function close(): void {
  clearTimeout(timer)
  stream?.close()
  stream = undefined
}

function onVisibility(): void {
  clearTimeout(timer)
  if (document.hidden) timer = window.setTimeout(close, HIDDEN_MS)
  else if (!stream || stream.readyState === EventSource.CLOSED) open()
}

function tell(entity: string, moved: Moved): void {
  forgetEntity(entity)
  for (const [listener, of] of [...listeners]) if (of() === entity) listener(moved)
}

/** Somebody has published, or a plugin has come or gone. Whoever did it here has read the metadata already. */
async function onVersion(told: unknown): Promise<void> {
  const { version, what }: { version?: unknown; what?: unknown } = Object(told)
  if ((version === undefined || version === meta.all.version) && what === undefined) return
  // Servers hear of it at the same moment as we do, and need one of their own to read it.
  for (let tries = 0; tries < VERSION_TRIES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, VERSION_PAUSE_MS))
    // Without an answer the pages stay as they are; what is refused then says why.
    await reloadMeta().catch(() => undefined)
    if (typeof version !== 'number' || meta.all.version >= version) return
  }
}

function changesIn(told: unknown): readonly Change[] {
  const { changes }: { changes?: unknown } = Object(told)
  return Array.isArray(changes) ? changes : []
}
