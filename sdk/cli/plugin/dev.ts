// `relata plugin dev`: each change of a file is in the running tenant within a second; what the plugin does there is told.
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import type { RelataClient } from '../../client/index.ts'
import { RelataError } from '../../errors.ts'
import { packArchive } from '../../plugin/archive.ts'
import { readPluginFolder, titleOf } from '../../plugin/build/plugin-folder.ts'
import {
  connect,
  examples,
  type ExitCode,
  run,
  type ServerOptions,
  tell,
  withServer,
  write,
  writeError,
} from '../command.ts'
import { type BuildOptions, buildFolder, withBuild } from './build.ts'
import { checkTypes } from './check-types.ts'
import { followLog } from './log.ts'
import { withFolder } from './problems.ts'
import { watchFolder } from './watch.ts'

interface DevOptions extends ServerOptions, BuildOptions {
  once?: true
}

export function addDevCommand(plugin: Command): void {
  const command = withBuild(withServer(plugin.command('dev')))
  examples(command, 'relata plugin dev', 'relata plugin dev visits --tenant acme-dev')
  command
    .description('load a plugin into a running tenant, again at each change, and show its log')
    .argument('[folder]', 'of the plugin', '.')
    .option('--once', 'load it and end')
    .addHelpText(
      'after',
      '\nEverything that it asks for is granted, and what its metadata describes is published: use a tenant for development.',
    )
    .action((folder: string, options: DevOptions) => run(() => develop(folder, options)))
}

async function develop(folder: string, options: DevOptions): Promise<ExitCode> {
  const relata = connect(options)
  const { name } = await readPluginFolder(folder)
  if (options.once) return (await load(relata, folder, options)) ? 0 : 1
  const watching = watchFolder(folder)
  const end = new AbortController()
  process.once('SIGINT', () => {
    end.abort()
    watching.close()
    process.exit(0)
  })
  // Lines that were there before are not of this session.
  const before = await lastLine(relata, name)
  let isFollowing = false
  for (;;) {
    const isLoaded = await load(relata, folder, options)
    if (isLoaded && !isFollowing) {
      isFollowing = true
      void followLog(relata, name, before, end.signal)
    }
    await watching.changed()
  }
}

async function lastLine(relata: RelataClient, name: string): Promise<string> {
  try {
    return (await relata.plugins.log(name, { limit: 1 }))[0]?.id ?? '0'
  } catch {
    // Not there yet.
    return '0'
  }
}

/** Types are checked behind the load: the compiler takes longer than all the rest. */
async function load(relata: RelataClient, folder: string, options: DevOptions): Promise<boolean> {
  const startedMs = performance.now()
  try {
    const built = await buildFolder(folder, { ...options, types: false })
    if (!built) return false
    const plugin = await relata.plugins.develop(packArchive(built.plugin))
    const took = Math.round(performance.now() - startedMs)
    write(`${titleOf(built.folder)} is loaded in ${took} ms${plugin.state === 'on' ? '' : `, and is ${plugin.state}`}.`)
    const faults = options.types ? await checkTypes(folder) : []
    for (const fault of faults) writeError(fault)
    return true
  } catch (error) {
    if (!(error instanceof RelataError)) throw error
    const plugin = await readPluginFolder(folder).catch(() => undefined)
    tell(error, plugin ? withFolder(plugin) : [])
    writeError(`${basename(resolve(folder))} was not loaded; the version before runs on.`)
    return false
  }
}
