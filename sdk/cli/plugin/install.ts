// `relata plugin install`: shows what a plugin may do and brings, asks, installs, waits until it runs.
import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { RelataClient } from '../../client/index.ts'
import { RelataError } from '../../errors.ts'
import { textFor } from '../../fields/label.ts'
import { packArchive, readArchive } from '../../plugin/archive.ts'
import type { Acceptable, GrantWish, WirePlugin, WirePluginPlan } from '../../wire/plugins.ts'
import {
  asksYes,
  connect,
  examples,
  type ExitCode,
  run,
  type ServerOptions,
  withServer,
  write,
  writeError,
  writeProblems,
} from '../command.ts'
import { type BuildOptions, buildFolder, withBuild } from './build.ts'
import { ACCEPT_WORDS, pluginPlanText } from './plan-words.ts'

interface InstallOptions extends ServerOptions, BuildOptions {
  yes?: true
  deny?: readonly string[]
  accept?: readonly string[]
  note?: string
}

const PAUSE_MS = 300
const TIMEOUT_MS = 600_000

export function addInstallCommand(plugin: Command): void {
  const command = withBuild(withServer(plugin.command('install')))
  examples(
    command,
    'relata plugin install visits-1.0.0.relata',
    'relata plugin install visits --yes',
    'relata plugin install visits-1.1.0.relata --deny mail',
  )
  command
    .description('install a plugin, or a later version of it, and grant what it asks for')
    .argument('<file-or-folder>', 'NAME-VERSION.relata, or the folder of a plugin')
    .option('--yes', 'without asking')
    .option('--deny <key...>', 'what is not granted, by its key (it is shown before anything happens)')
    .option('--accept <what...>', `what is unusual, agreed to: ${Object.keys(ACCEPT_WORDS).join(', ')}`)
    .option('--note <text>', 'why; shown with the version of the metadata')
    .action((path: string, options: InstallOptions) => run(() => install(path, options)))
}

async function install(path: string, options: InstallOptions): Promise<ExitCode> {
  const archive = await archiveOf(path, options)
  if (!archive) return 1
  const relata = connect(options)
  const plan = await relata.plugins.plan(archive)
  write(pluginPlanText(plan))
  for (const { message, hint } of plan.warnings) writeError(`warning: ${message}${hint ? `. ${hint}` : ''}`)
  if (writeProblems(plan.problems, []) > 0) return 1
  if (!isAccepted(plan, options.accept ?? [])) return 1
  const grants = grantsOf(plan, options.deny ?? [])
  const question = plan.kind === 'same' ? 'Grant all of it?' : 'Install it, and let it do all of this?'
  if (!options.yes && !(await asksYes(question, 'Nothing was installed'))) return 1
  const installed = await relata.plugins.install(archive, {
    grants,
    hash: plan.hash,
    accept: plan.needs,
    ...(plan.metadata ? { expectedVersion: plan.metadata.fromVersion } : {}),
    ...(options.note === undefined ? {} : { note: options.note }),
  })
  return settle(relata, installed, plan.version)
}

/** @returns undefined when it does not build, which has been told */
export async function archiveOf(path: string, options: BuildOptions): Promise<Uint8Array | undefined> {
  if (!existsSync(path)) throw new RelataError('RL101', `There is no file or folder ${path}.`)
  if (!statSync(path).isDirectory()) {
    const bytes = await readFile(path)
    readArchive(bytes)
    return bytes
  }
  const built = await buildFolder(path, options)
  return built && packArchive(built.plugin)
}

function isAccepted({ needs }: WirePluginPlan, accepted: readonly string[]): boolean {
  const open = needs.filter((need) => !accepted.includes(need))
  if (open.length === 0) return true
  writeError('\nThis is unusual. To agree, add:')
  for (const need of open) writeError(`  --accept ${need}     ${words(need)}`)
  return false
}
const words = (need: Acceptable): string => ACCEPT_WORDS[need]

/** @throws RL104 */
function grantsOf({ asks }: WirePluginPlan, denied: readonly string[]): GrantWish {
  const keys = asks.map(({ ask }) => ask.key)
  const strange = denied.find((key) => !keys.includes(key))
  if (strange !== undefined) {
    const hint = `It asks for: ${keys.join(', ')}`
    throw new RelataError('RL104', `It does not ask for “${strange}”.`, { hint })
  }
  return denied.length === 0 ? 'all' : keys.filter((key) => !denied.includes(key))
}

/** Until it runs: migrations, and the first steps of a first install, take their time. */
async function settle(relata: RelataClient, installed: WirePlugin, version: string): Promise<ExitCode> {
  const deadline = performance.now() + TIMEOUT_MS
  let plugin = installed
  let told = ''
  const isUnderWay = () => plugin.next?.phase === 'migration' || plugin.state === 'upgrading'
  while (isUnderWay() && performance.now() < deadline) {
    const now = plugin.migrations.find(({ isDone }) => !isDone)
    if (now && now.name !== told) write(`  ${now.name} …`)
    told = now?.name ?? told
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    plugin = await relata.plugins.get(plugin.name)
  }
  if (plugin.version !== version || plugin.next?.phase === 'failed') {
    writeError(`${plugin.name} ${version} does not run: ${plugin.error ?? 'its migration is not over'}`)
    return 1
  }
  if (plugin.error !== null) writeError(`warning: ${plugin.error}`)
  write(
    `\n${plugin.name} ${plugin.version} is installed${plugin.state === 'on' ? ' and runs' : `, and is ${plugin.state}`}.`,
  )
  for (const secret of plugin.secrets.filter(({ isSet }) => !isSet))
    write(`It needs a secret, ${textFor(secret.label, 'en')}: relata plugin secret ${plugin.name} ${secret.name}`)
  return 0
}
