// A child with the channel of the sandbox's children, which answers every message with itself: the least that a call into
// another process can cost.
import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { FROM_CHILD } from '../../../kernel/sandbox/frames.ts'
import { streamWire } from '../../../kernel/sandbox/wire.ts'

export interface Echo {
  ask(text: string): Promise<string>
  stop(): void
}

export async function startEcho(): Promise<Echo> {
  const file = path.join(import.meta.dirname, 'echo-child.ts')
  const child = spawn(process.execPath, ['--no-node-snapshot', '--disable-proto=delete', file], {
    env: {},
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const wire = streamWire(child.stdio[3] as Duplex, FROM_CHILD)
  let answered: (text: string) => void = () => {}
  wire.listen(
    (_, body) => answered(body),
    () => {},
  )
  const ask = (text: string): Promise<string> =>
    new Promise((resolve) => {
      answered = resolve
      wire.send({ type: 'echo', id: 1 }, text)
    })
  await ask('ready?')
  return { ask, stop: () => void child.kill('SIGKILL') }
}
