// Buttons of plugins, pressed from a program (docs/http-api.md, “What plugins do”).
import { ActionAnswer } from '../wire/actions.ts'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

export type { ActionAnswer } from '../wire/actions.ts'

export type AnyActions = Record<string, Record<string, unknown>>
export type ActionOf<A extends object> = keyof A & string

/** What a form takes: fields that may be empty can be left out. */
export type InputOf<A extends object, N extends keyof A> = {
  [F in keyof A[N] as null extends A[N][F] ? never : F]: A[N][F]
} & { [F in keyof A[N] as null extends A[N][F] ? F : never]?: A[N][F] }

/** `input` may be left out where nothing in the form has to be filled in. */
export type ActionCall<A extends object, N extends keyof A> = {
  /** Records that it is about, at most 500; absent: the list as a whole. */
  ids?: readonly string[]
  signal?: AbortSignal
} & (Record<never, never> extends InputOf<A, N> ? { input?: InputOf<A, N> } : { input: InputOf<A, N> })

/** @typeParam A what `relata types` wrote: `Actions` of relata/plugin */
export class ActionsApi<A extends object = AnyActions> {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /**
   * All or nothing.
   * @param name qualified: `sales.win`
   * @throws RL206 the form is not valid · RL402 the plugin said no · RL403 it failed · RL101 nobody offers it
   */
  async run<N extends ActionOf<A>>(name: N, { ids, input, signal }: ActionCall<A, N>): Promise<ActionAnswer> {
    const json = { ...(ids === undefined ? {} : { ids }), ...(input === undefined ? {} : { input }) }
    const path = `actions/${encodeURIComponent(name)}`
    return checkAnswer(ActionAnswer, await this.send(path, { method: 'POST', json, ...(signal ? { signal } : {}) }))
  }
}
