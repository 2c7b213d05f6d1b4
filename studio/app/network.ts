// Whether the server can be reached, and whether it is taking long: shown by the shell as one quiet line.
import { createStore } from './store.ts'

export type NetworkState = 'fine' | 'slow' | 'offline'

const SLOW_AFTER_MS = 4_000

export const network = createStore<NetworkState>(navigator.onLine ? 'fine' : 'offline')

let slowRequests = 0

/** Watches one request; passes its answer or failure on. */
export async function trackRequest(request: Promise<Response>): Promise<Response> {
  let isSlow = false
  const timer = setTimeout(() => {
    isSlow = true
    slowRequests++
    if (network.get() === 'fine') network.set('slow')
  }, SLOW_AFTER_MS)
  try {
    const response = await request
    settle()
    return response
  } catch (error) {
    const wasAborted = error instanceof DOMException && error.name === 'AbortError'
    if (!wasAborted) network.set('offline')
    throw error
  } finally {
    clearTimeout(timer)
    if (isSlow) slowRequests--
    if (network.get() === 'slow') settle()
  }
}

function settle(): void {
  network.set(slowRequests > 0 ? 'slow' : 'fine')
}

addEventListener('offline', () => network.set('offline'))
addEventListener('online', () => network.set('fine'))
