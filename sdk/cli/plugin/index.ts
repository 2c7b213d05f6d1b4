// `relata plugin …`: from the first line of a plugin to its life in a tenant.
import type { Command } from 'commander'
import { examples } from '../command.ts'
import { addBuildCommand } from './build.ts'
import { addNewPluginCommand } from './new.ts'
import { addPackCommands } from './pack.ts'

export function addPluginCommands(program: Command): void {
  const plugin = program.command('plugin').description('write, try and install plugins (docs/plugins.md)')
  examples(plugin, 'relata plugin new visits', 'relata plugin build visits')
  addNewPluginCommand(plugin)
  addBuildCommand(plugin)
  addPackCommands(plugin)
}
