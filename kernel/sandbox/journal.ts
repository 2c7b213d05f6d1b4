// What the host was asked by an invocation, and what it answered. When a child dies with innocent invocations in it, they
// are run again elsewhere: the guest sees the same moment, the same chance and, from here, the same answers, so that it
// takes the same way and nothing happens twice.
import type { HostRefusal } from './contract.ts'

const MOST_CHARACTERS = 8_000_000

/** What the host said, as it goes to the guest. */
export interface HostReply {
  ok: boolean
  /** JSON of the value or of the refusal. */
  body: string
  /** The invocation is lost with it. */
  fatal: HostRefusal | null
}

interface Asked {
  method: string
  text: string
  answer: Promise<HostReply>
  isRepeated: boolean
}

export interface Journal {
  /** @param ask called when it was not asked before; @returns null: it takes another way than the first time */
  ask(method: string, text: string, ask: () => Promise<HostReply>): Promise<HostReply> | null
  /** The invocation begins again. @returns whether it can */
  rewind(): boolean
}

export function openJournal(): Journal {
  const asked: Asked[] = []
  let isRepeating = false
  let characters = 0
  return {
    ask(method, text, ask) {
      if (isRepeating) {
        const open = asked.filter((one) => !one.isRepeated)
        const same = open.find((one) => one.method === method && one.text === text)
        if (same) {
          same.isRepeated = true
          return same.answer
        }
        if (open.length > 0) return null
        isRepeating = false
      }
      characters += text.length
      const answer = ask().then((reply) => {
        characters += reply.body.length
        if (characters > MOST_CHARACTERS) asked.length = 0
        return reply
      })
      asked.push({ method, text, answer, isRepeated: true })
      return answer
    },
    rewind() {
      if (characters > MOST_CHARACTERS) return false
      for (const one of asked) one.isRepeated = false
      isRepeating = asked.length > 0
      return true
    },
  }
}
