// `relata load <mapping> <folder>`: CSV files of another system into entities, every rejected line told.
import { join } from 'node:path'
import type { Command } from 'commander'
import { connect, examples, type ExitCode, run, type ServerOptions, withServer, write } from './command.ts'
import { readText, requireFile } from './folders.ts'
import { findJsonFault, lineAndColumn } from '../metadata/json-text.ts'
import { bulkApi } from './load/api.ts'
import { checkMapping, type FileMap } from './load/mapping.ts'
import { type FileReport, loadFiles } from './load/run.ts'
import { totalsTable } from './load/totals.ts'

interface LoadOptions extends ServerOptions {
  corrections: boolean
}

export function addLoadCommand(program: Command): void {
  const command = withServer(program.command('load'))
  examples(command, 'relata load map.json exports/', 'relata load map.json exports/ --no-corrections')
  command
    .description('load CSV files into entities, as a mapping file says')
    .argument('<mapping>', 'JSON file: which file and column goes where')
    .argument('<folder>', 'folder with the CSV files')
    .option('--no-corrections', 'take values as they are, without the corrections of the mapping')
    .addHelpText('after', '\nA second run finds what the first one made, and makes the rest.')
    .action((mapping: string, folder: string, options: LoadOptions) => run(() => load(mapping, folder, options)))
}

async function load(mappingFile: string, folder: string, options: LoadOptions): Promise<ExitCode> {
  const mapping = readMapping(mappingFile)
  for (const { file } of mapping) requireFile(join(folder, file))
  const api = bulkApi(connect(options).records)
  const reports: FileReport[] = []
  for await (const report of loadFiles(api, folder, mapping, { useCorrections: options.corrections })) {
    for (const { line, field, message } of report.rejections) {
      write(`${report.file}:${line}${field ? ` ${field}` : ''}: ${message}`)
    }
    reports.push(report)
  }
  write(totalsTable(reports))
  return reports.some((report) => report.rejections.length > 0) ? 1 : 0
}

function readMapping(file: string): readonly FileMap[] {
  const text = readText(file)
  const fault = findJsonFault(text)
  if (fault) throw new Error(`${file}:${lineAndColumn(text, fault.offset).line}: ${fault.message}`)
  try {
    return checkMapping(JSON.parse(text))
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
