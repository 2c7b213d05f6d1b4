// A child started as those of the sandbox are, which answers every message with itself, over node's own channel: the
// least that a call into another process can cost.
import { fork } from 'node:child_process'
import path from 'node:path'
import { findConfinement } from '../../../kernel/sandbox/confinement.ts'

export interface Echo {
  ask(text: string): Promise<string>
  stop(): void
}

export async function startEcho(): Promise<Echo> {
  const { args } = await findConfinement()
  const flags = args.filter((one) => one === '--no-node-snapshot' || one === '--disable-proto=delete')
  const child = fork(path.join(import.meta.dirname, 'echo-child.ts'), { execArgv: flags, env: {} })
  let answered: (text: string) => void = () => {}
  child.on('message', (text) => answered(String(text)))
  const ask = (text: string): Promise<string> =>
    new Promise((resolve) => {
      answered = resolve
      child.send(text)
    })
  await ask('ready?')
  return { ask, stop: () => void child.kill('SIGKILL') }
}
