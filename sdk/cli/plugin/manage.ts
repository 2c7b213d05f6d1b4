// `relata plugin list | enable | disable | resume | remove | secret | settings`: what an administrator does on the pages, from here.
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import { textFor } from '../../fields/label.ts'
import { askText } from '../../plugin/ask-words.ts'
import type { RemoveRequest, WirePluginSummary, WireRemovalPlan } from '../../wire/plugins.ts'
import { DATA_CHOICES } from '../../wire/plugins.ts'
import {
  connect,
  count,
  examples,
  type ExitCode,
  run,
  type ServerOptions,
  withServer,
  write,
  writeError,
  writeProblems,
} from '../command.ts'

interface RemoveOptions extends ServerOptions {
  data?: string
  yes?: true
}

export function addManageCommands(plugin: Command): void {
  const command = (name: string, ...lines: string[]): Command => {
    const made = withServer(plugin.command(name))
    return examples(made, ...lines)
  }
  command('list', 'relata plugin list', 'relata plugin list visits')
    .description('list the plugins of a tenant, or all that one of them may do')
    .argument('[name]')
    .action((name: string | undefined, options: ServerOptions) => run(() => list(name, options)))
  command('disable', 'relata plugin disable visits')
    .description('stop the code of a plugin; its records and fields stay')
    .argument('<name>')
    .action((name: string, options: ServerOptions) => run(() => change(name, 'disable', options)))
  command('enable', 'relata plugin enable visits')
    .description('let a plugin that was stopped or paused run again')
    .argument('<name>')
    .action((name: string, options: ServerOptions) => run(() => change(name, 'enable', options)))
  command('resume', 'relata plugin resume visits')
    .description('let a plugin go on that was paused because it failed too often')
    .argument('<name>')
    .action((name: string, options: ServerOptions) => run(() => resume(name, options)))
  command('remove', 'relata plugin remove visits', 'relata plugin remove visits --data drop --yes')
    .description('remove a plugin; what becomes of its data is asked')
    .argument('<name>')
    .option('--data <what>', 'keep, archive (written to a file, then dropped) or drop')
    .option('--yes', 'without asking')
    .action((name: string, options: RemoveOptions) => run(() => remove(name, options)))
  command('secret', 'relata plugin secret visits API_KEY < key.txt')
    .description('set a secret of a plugin, read from standard input; nobody reads it back')
    .argument('<name>')
    .argument('<secret>', 'as plugin.json calls it')
    .action((name: string, secret: string, options: ServerOptions) => run(() => setSecret(name, secret, options)))
  command('settings', 'relata plugin settings visits', 'relata plugin settings visits \'{"weeks": 4}\'')
    .description('show the settings of a plugin, or change those that are named')
    .argument('<name>')
    .argument('[json]', 'an object with the ones to change')
    .action((name: string, json: string | undefined, options: ServerOptions) =>
      run(() => settings(name, json, options)),
    )
}

async function list(name: string | undefined, options: ServerOptions): Promise<ExitCode> {
  const relata = connect(options)
  if (name === undefined) {
    const plugins = await relata.plugins.list()
    for (const plugin of plugins) write(lineOf(plugin))
    if (plugins.length === 0) write('There are no plugins in this tenant.')
    return 0
  }
  const plugin = await relata.plugins.get(name)
  write(lineOf(plugin))
  for (const { ask, isGranted } of plugin.asks)
    write(`  ${isGranted ? 'may' : 'may not'}  ${askText(ask)}   ${ask.key}`)
  return 0
}

function lineOf({ name, version, label, state, health, next, isDevelopment }: WirePluginSummary): string {
  const remarks = [
    ...(health.state === 'fine' ? [] : [health.state]),
    ...(isDevelopment ? ['in development'] : []),
    ...(next ? [`${next.version}: ${next.phase === 'grant' ? 'waits for a grant' : next.phase}`] : []),
  ]
  return [name.padEnd(20), version.padEnd(10), state.padEnd(10), textFor(label, 'en'), ...remarks].join(' ').trimEnd()
}

async function change(name: string, what: 'enable' | 'disable', options: ServerOptions): Promise<ExitCode> {
  const { plugins } = connect(options)
  const plugin = await plugins.get(name)
  if (what === 'disable') await plugins.disable(name)
  else if (plugin.state === 'on') await plugins.resume(name)
  else await plugins.enable(name)
  write(what === 'disable' ? `${name} no longer runs; its records stay.` : `${name} runs.`)
  return 0
}

async function resume(name: string, options: ServerOptions): Promise<ExitCode> {
  const { plugins } = connect(options)
  const { state, health } = await plugins.get(name)
  if (state === 'off') {
    throw new RelataError('RL104', `${name} is off, not paused.`, { hint: `relata plugin enable ${name}` })
  }
  if (health.state === 'fine') write(`${name} is not paused.`)
  else {
    await plugins.resume(name)
    write(`${name} goes on.`)
  }
  return 0
}

async function remove(name: string, options: RemoveOptions): Promise<ExitCode> {
  const { plugins } = connect(options)
  const plan = await plugins.planRemoval(name)
  write(removalText(plan))
  if (writeProblems(plan.problems, []) > 0) return 1
  const data = await choice(options)
  if (data === undefined) {
    writeError('Nothing was removed: say what becomes of its data with --data keep, archive or drop, and add --yes.')
    return 1
  }
  await plugins.remove(name, {
    data,
    ...(plan.metadata ? { expectedVersion: plan.metadata.fromVersion } : {}),
  })
  write(`${name} is removed.`)
  return 0
}

function removalText({ name, version, entities, fields, dependents }: WireRemovalPlan): string {
  const held = (things: WireRemovalPlan['fields'], thing: string): string[] =>
    things.map((one) => `  ${one.name}: ${count(one.records, thing)}`)
  return [
    `${name} ${version} would be removed.`,
    ...(dependents.length > 0 ? [`It is needed by ${dependents.join(', ')}.`] : []),
    ...(entities.length + fields.length > 0 ? ['It has:'] : ['It has no data of its own.']),
    ...held(entities, 'record'),
    ...held(fields, 'value'),
  ].join('\n')
}

async function choice({ data, yes }: RemoveOptions): Promise<RemoveRequest['data'] | undefined> {
  const known = (word: string): RemoveRequest['data'] | undefined => DATA_CHOICES.find((one) => one === word)
  if (data !== undefined && known(data) === undefined) {
    throw new RelataError('RL104', `--data is keep, archive or drop, not “${data}”.`)
  }
  if (data !== undefined && yes) return known(data)
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question('\nIts data: keep, archive or drop? (empty: do nothing) ')
    return known(answer.trim())
  } finally {
    terminal.close()
  }
}

async function setSecret(name: string, secret: string, options: ServerOptions): Promise<ExitCode> {
  if (process.stdin.isTTY) writeError('Enter it, then a new line and Ctrl+D:')
  const value = (await text(process.stdin)).replace(/\r?\n$/, '')
  if (value === '') throw new RelataError('RL104', 'Nothing came in from standard input.')
  await connect(options).plugins.setSecret(name, secret, value)
  write(`${secret} of ${name} is set.`)
  return 0
}

async function settings(name: string, json: string | undefined, options: ServerOptions): Promise<ExitCode> {
  const { plugins } = connect(options)
  const { settings: before } = await plugins.get(name)
  if (json === undefined) write(JSON.stringify(before, null, 2))
  else write(JSON.stringify((await plugins.setSettings(name, { ...before, ...parsed(json) })).settings, null, 2))
  return 0
}

function parsed(json: string): object {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw new RelataError('RL104', 'The settings must be a JSON object, such as {"weeks": 4}.')
}
