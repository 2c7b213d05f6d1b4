// All commands of `relata` and what their help says.
import { Command } from 'commander'
import { addCheckCommand } from './check.ts'
import { addExportCommand } from './export.ts'
import { addLoadCommand } from './load.ts'
import { addNewCommand } from './new.ts'
import { addPlanCommands } from './plan.ts'
import { addPluginCommands } from './plugin/index.ts'
import { addTypesCommand } from './types.ts'
import { addVersionCommands } from './versions.ts'

const EXAMPLES = `
The server, the tenant and the key come from the options --url, --tenant and --key, or from RELATA_URL, RELATA_TENANT
and RELATA_KEY. An administrator makes keys on the page “API keys”.

Examples:
  relata new package shop && relata new entity order --in shop
  relata check shop                     shapes only, without a server
  relata plan shop                      what publishing would do
  relata apply shop --note "orders"     publish it
  relata export acme                    what is published, as text files
  relata load map.json exports/         CSV files into entities
  relata versions                       what was published, newest first
  relata plugin new visits              begin a plugin (docs/plugins.md)

Every command has examples of its own: relata apply --help

Exit codes: 0 all is well · 1 refused, or done only in part · 2 nothing could be tried`

export function makeProgram(): Command {
  const program = new Command('relata')
    .description('Metadata and data of a Relata server from the command line')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, writeText) => writeText(text.replace(/^error: /, 'relata: ')) })
    .showSuggestionAfterError()
    .exitOverride()

  addNewCommand(program)
  addCheckCommand(program)
  addPlanCommands(program)
  addVersionCommands(program)
  addExportCommand(program)
  addLoadCommand(program)
  addPluginCommands(program)
  addTypesCommand(program)
  return program
}
