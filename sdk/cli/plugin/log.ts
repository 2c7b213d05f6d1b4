// `relata plugin log`: what a plugin wrote, and what went wrong with it; with --follow, as it comes.
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { RelataClient } from '../../client/index.ts'
import { RelataError } from '../../errors.ts'
import { manifestLine } from '../../plugin/ask-line.ts'
import type { WirePluginLog } from '../../wire/plugins.ts'
import { connect, examples, type ExitCode, run, type ServerOptions, withServer, writePainted } from '../command.ts'

interface LogOptions extends ServerOptions {
  follow?: true
  limit: string
}
type LogLine = WirePluginLog['data'][number]

const PAUSE_MS = 400

export function addLogCommand(plugin: Command): void {
  examples(withServer(plugin.command('log')), 'relata plugin log visits', 'relata plugin log visits --follow')
    .description('show what a plugin wrote to its log, and its errors with the lines of their files')
    .argument('<name>')
    .option('--follow', 'go on with what comes')
    .option('--limit <number>', 'so many lines', '50')
    .action((name: string, options: LogOptions) => run(() => log(name, options)))
}

async function log(name: string, options: LogOptions): Promise<ExitCode> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RelataError('RL104', `--limit is a whole number, not “${options.limit}”.`)
  }
  const relata = connect(options)
  const lines = (await relata.plugins.log(name, { limit })).toReversed()
  for (const line of lines) show(line)
  if (options.follow) await followLog(relata, name, lines.at(-1)?.id)
  return 0
}

/** Ends when `signal` says so. @param after id of the last line that was shown */
export async function followLog(
  relata: RelataClient,
  name: string,
  after: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  let last = after ?? (await relata.plugins.log(name, { limit: 1 }))[0]?.id ?? '0'
  while (!signal?.aborted) {
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    if (signal?.aborted) return
    // A server that is being restarted is back soon.
    const lines = await relata.plugins.log(name, { after: last }).catch(() => [])
    for (const line of lines) show(line)
    last = lines.at(-1)?.id ?? last
  }
}

const COLOURS: Readonly<Record<LogLine['level'], string>> = { debug: '2', info: '0', warn: '33', error: '31' }

const show = (line: LogLine): void => writePainted(lineText(line), COLOURS[line.level])

function lineText({ at, level, kind, entry, message, stack }: LogLine): string {
  const time = at.slice(11, 23)
  // A further line of a message is not taken for a line of the log.
  const text = `${time} ${level.padEnd(5)} ${kind} ${entry}: ${message.replaceAll('\n', '\n      ')}`
  const trace = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const mend = mendOf(message)
  const lines = [text, ...trace, ...(mend === undefined ? [] : [`      add to plugin.json: ${mend}`])]
  return lines.join('\n')
}

/** A refusal names the key of what was not granted: `read:base.person.email`. */
function mendOf(message: string): string | undefined {
  const key = /“((?:read|create|update|delete|http|secret):[^”]+|mail|background)”/.exec(message)?.[1]
  return key === undefined ? undefined : manifestLine(key)
}
