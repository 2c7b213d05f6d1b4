// `relata plugin grant`: what a plugin that is installed may do, decided over without the pages.
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import { askText } from '../../plugin/ask-words.ts'
import type { WireAsked } from '../../wire/plugins.ts'
import { asksYes, connect, examples, type ExitCode, run, type ServerOptions, withServer, write } from '../command.ts'

interface GrantOptions extends ServerOptions {
  all?: true
  deny?: readonly string[]
  yes?: true
}

export function addGrantCommand(plugin: Command): void {
  examples(
    withServer(plugin.command('grant')),
    'relata plugin grant visits --all',
    'relata plugin grant visits mail read:base.organisation.name',
    'relata plugin grant visits --deny mail',
  )
    .description('decide what a plugin may do; a version that waited for it comes in')
    .argument('<name>')
    .argument('[keys...]', 'to grant in addition to what it may already (relata plugin list NAME shows them)')
    .option('--all', 'everything that it asks for')
    .option('--deny <key...>', 'take these back, or do not grant them')
    .option('--yes', 'without asking')
    .action((name: string, keys: string[], options: GrantOptions) => run(() => grant(name, keys, options)))
}

async function grant(name: string, keys: readonly string[], options: GrantOptions): Promise<ExitCode> {
  const { plugins } = connect(options)
  const plugin = await plugins.get(name)
  // A version that waits is decided over first.
  const next = plugin.next?.phase === 'grant' ? plugin.next : null
  const asks: readonly WireAsked[] = next ? plugin.nextAsks : plugin.asks
  const denied = options.deny ?? []
  requireKeys(asks, [...keys, ...denied])
  if (asks.length === 0) {
    write(`${name} asks for nothing.`)
    return 0
  }
  if (!options.all && keys.length + denied.length === 0) {
    for (const one of asks) write(askedLine(one, one.isGranted))
    throw new RelataError('RL104', 'Which of it?', { hint: 'Name keys to grant, or give --all, or --deny with keys.' })
  }
  const isWanted = ({ ask, isGranted }: WireAsked): boolean =>
    !denied.includes(ask.key) && (options.all === true || isGranted === true || keys.includes(ask.key))
  write(`${name} ${next?.version ?? plugin.version}`)
  for (const one of asks) write(askedLine(one, isWanted(one)))
  if (!options.yes && !(await asksYes('Let it do this, and nothing else?', 'Nothing was changed'))) return 1
  const wish = asks.filter(isWanted).map(({ ask }) => ask.key)
  // Of what was shown: another version that came meanwhile is not granted unseen.
  const after = await plugins.grant(name, wish, next?.hash ?? plugin.hash)
  write(`${name} ${after.version} is ${after.state}.`)
  return 0
}

const askedLine = ({ ask }: WireAsked, may: boolean | null): string =>
  `  ${may ? 'may    ' : 'may not'}  ${askText(ask)}   ${ask.key}`

/** @throws RL104 */
function requireKeys(asks: readonly WireAsked[], keys: readonly string[]): void {
  const known = asks.map(({ ask }) => ask.key)
  const strange = keys.find((key) => !known.includes(key))
  if (strange === undefined) return
  throw new RelataError('RL104', `It does not ask for “${strange}”.`, { hint: `It asks for: ${known.join(', ')}` })
}
