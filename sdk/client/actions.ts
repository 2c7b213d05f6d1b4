// Buttons of plugins, run by a program (docs/http-api.md, “What plugins do”).
import { ActionAnswer, type ActionRequest } from '../wire/actions.ts'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

export class ActionsApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /**
   * All or nothing. `meta()` tells which there are, with the fields of their forms.
   * @param name with that of its plugin: `sales.win`
   * @throws RL205 there is none, or no such record · RL206 the form · RL402 the plugin says no · RL401–RL407
   */
  async run(name: string, request: ActionRequest = {}): Promise<ActionAnswer> {
    return checkAnswer(
      ActionAnswer,
      await this.send(`actions/${encodeURIComponent(name)}`, { method: 'POST', json: request }),
    )
  }
}
