// Plugins of a tenant over HTTP (docs/http-api.md, “Plugins”). For administrators.
import { Type } from '@sinclair/typebox'
import { WirePlugin, WirePluginSummary } from '../wire/plugins.ts'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

const List = Type.Object({ data: Type.Array(WirePluginSummary) })

export class PluginsApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  async list(): Promise<WirePluginSummary[]> {
    return checkAnswer(List, await this.send('plugins')).data
  }

  /** @throws RL101 there is none of this name */
  async get(name: string): Promise<WirePlugin> {
    return checkAnswer(WirePlugin, await this.send(address(name)))
  }
}

const address = (name: string): string => `plugins/${encodeURIComponent(name)}`
