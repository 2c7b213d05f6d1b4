// The process in which plugins run. It gets one thing from the server: the channel, as file 3. It has no secrets, no
// environment and no business of its own, and ends when the channel does.
import { Socket } from 'node:net'
import { FROM_SERVER } from '../frames.ts'
import { streamWire } from '../wire.ts'
import { serveSandbox } from './serve-sandbox.ts'

// An orderly exit waits for threads that may never come back.
const end = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}
const maxSlots = Number(process.argv[2] ?? 300)
serveSandbox(streamWire(new Socket({ fd: 3, readable: true, writable: true }), FROM_SERVER), end, { maxSlots })
