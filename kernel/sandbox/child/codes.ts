// Code that was sent to this child, kept for when an isolate is made again; the oldest goes when it becomes much.
const MOST_CHARACTERS = 16_000_000

export interface Codes {
  get(hash: string): string | undefined
  add(hash: string, code: string): void
}

export function openCodes(most = MOST_CHARACTERS): Codes {
  const byHash = new Map<string, string>()
  let held = 0
  return {
    get: (hash) => byHash.get(hash),
    add(hash, code) {
      if (byHash.has(hash)) return
      byHash.set(hash, code)
      held += code.length
      for (const [oldest, text] of byHash) {
        if (held <= most || oldest === hash) break
        byHash.delete(oldest)
        held -= text.length
      }
    },
  }
}
