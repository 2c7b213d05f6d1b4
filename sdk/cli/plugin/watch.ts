// Changes in a plugin's folder, told once they have settled.
import { type FSWatcher, watch } from 'node:fs'
import { sep } from 'node:path'

/** An editor writes a file in several steps. */
const SETTLE_MS = 40
/** Written by the build itself, or not part of the plugin. */
const IGNORED = /^(dist|node_modules|\.git)$|^relata\.d\.ts$|~$|^\.#|\.swp$/

export interface Watching {
  /** Resolves at the next change, at once when there was one since the last. */
  changed(): Promise<void>
  close(): void
}

export function watchFolder(folder: string): Watching {
  let isChanged = false
  let tell: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  const settled = (): void => {
    isChanged = true
    tell?.()
  }
  const watcher: FSWatcher = watch(folder, { recursive: true }, (_event, name) => {
    const [first = ''] = String(name ?? '').split(sep)
    if (IGNORED.test(first) || IGNORED.test(String(name).split(sep).at(-1) ?? '')) return
    clearTimeout(timer)
    timer = setTimeout(settled, SETTLE_MS)
  })
  return {
    async changed() {
      if (!isChanged) await new Promise<void>((resolve) => (tell = resolve))
      tell = undefined
      isChanged = false
    },
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}
