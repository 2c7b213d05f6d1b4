// `relata check <folder>…`: the shapes of a package, without a server.
import type { Command } from 'commander'
import { checkShapes } from './check/shapes.ts'
import { count, examples, type ExitCode, run, write, writeError, writeProblems } from './command.ts'
import { readFolders } from './folders.ts'

export function addCheckCommand(program: Command): void {
  examples(program.command('check'), 'relata check shop', 'relata check metadata/examples')
    .description('check the shape of packages without a server')
    .argument('<folder...>', 'package folders, or folders of package folders')
    .addHelpText('after', '\nNames that lead to other packages, and rules, are checked by `relata plan`.')
    .action((paths: string[]) => run(() => check(paths)))
}

async function check(paths: readonly string[]): Promise<ExitCode> {
  const folders = await readFolders(paths)
  const problems = folders.flatMap(({ source, problems }) => [...problems, ...checkShapes(source)])
  if (writeProblems(problems, folders) > 0) {
    writeError(`\n${count(problems.length, 'problem')}`)
    return 1
  }
  const files = folders.reduce((sum, { source }) => sum + Object.keys(source.files).length, 0)
  write(`${count(folders.length, 'package')}, ${count(files, 'file')}: no problems in their shape`)
  return 0
}
