// `relata plugin …`: from the first line of a plugin to its life in a tenant.
import type { Command } from 'commander'
import { examples } from '../command.ts'
import { addBuildCommand } from './build.ts'
import { addDevCommand } from './dev.ts'
import { addDryRunCommand } from './dry-run.ts'
import { addGrantCommand } from './grant.ts'
import { addInstallCommand } from './install.ts'
import { addLogCommand } from './log.ts'
import { addManageCommands } from './manage.ts'
import { addNewPluginCommand } from './new.ts'
import { addPackCommands } from './pack.ts'
import { addTestCommand } from './test.ts'
import { addWorkCommands } from './work.ts'

export function addPluginCommands(program: Command): void {
  const plugin = program.command('plugin').description('write, try and install plugins (docs/plugins.md)')
  examples(plugin, 'relata plugin new visits', 'relata plugin dev visits', 'relata plugin install visits-1.0.0.relata')
  addNewPluginCommand(plugin)
  addDevCommand(plugin)
  addTestCommand(plugin)
  addBuildCommand(plugin)
  addPackCommands(plugin)
  addDryRunCommand(plugin)
  addInstallCommand(plugin)
  addGrantCommand(plugin)
  addManageCommands(plugin)
  addLogCommand(plugin)
  addWorkCommands(plugin)
}
