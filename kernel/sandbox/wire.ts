// One end of the channel. A message that comes alone leaves at once; those that follow closely on each other wait for the
// end of the turn of the event loop and leave in one write, which is what makes many calls at a time cheap.
import type { Duplex } from 'node:stream'
import { encodeFrame, FrameError, type FrameLimits, readFrames } from './frames.ts'

export interface Wire {
  send(header: object, body?: string): void
  /** @param onEnd once: the other end is gone (null), or sent what is no frame (why) */
  listen(onFrame: (header: unknown, body: string) => void, onEnd: (why: string | null) => void): void
  close(): void
}

/** Calls made one after another are further apart. */
const CLOSE_MS = 0.05

export function streamWire(stream: Duplex, limits: FrameLimits): Wire {
  let waiting: Buffer[] = []
  let isClosed = false
  let flushedMs = 0

  const flush = (): void => {
    flushedMs = performance.now()
    const frames = waiting
    waiting = []
    if (isClosed) return
    stream.write(frames.length === 1 ? frames[0] : Buffer.concat(frames))
  }
  return {
    send(header, body = '') {
      if (isClosed) return
      if (waiting.push(encodeFrame(header, body)) > 1) return
      if (performance.now() - flushedMs < CLOSE_MS) setImmediate(flush)
      else process.nextTick(flush)
    },
    listen(onFrame, onEnd) {
      const end = (why: string | null): void => {
        if (isClosed) return
        isClosed = true
        stream.destroy()
        onEnd(why)
      }
      const read = readFrames(limits, (header, body) => {
        if (!isClosed) onFrame(header, body)
      })
      stream.on('data', (chunk: Buffer) => {
        try {
          read(chunk)
        } catch (error) {
          if (!(error instanceof FrameError)) throw error
          end(error.message)
        }
      })
      stream.on('error', () => end(null))
      stream.on('close', () => end(null))
      stream.on('end', () => end(null))
    },
    close() {
      isClosed = true
      stream.destroy()
    },
  }
}
