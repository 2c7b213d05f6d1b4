// `relata versions`, `relata compare` and `relata restore`: what was published when, and back to it.
import type { Command } from 'commander'
import { RelataError } from '../errors.ts'
import {
  confirmOption,
  connect,
  examples,
  type ExitCode,
  run,
  type ServerOptions,
  withServer,
  write,
} from './command.ts'
import { stepsText } from './plan-text.ts'
import { waitForJobs } from './wait.ts'

interface RestoreOptions extends ServerOptions {
  confirm: readonly string[]
  note?: string
  wait: boolean
}

export function addVersionCommands(program: Command): void {
  const versions = withServer(program.command('versions'))
  examples(versions, 'relata versions', 'relata versions --tenant acme --url https://relata.example.org')
  versions
    .description('list the published versions, newest first')
    .action((options: ServerOptions) => run(() => listVersions(options)))

  const compare = withServer(program.command('compare'))
  examples(compare, 'relata compare 3 7', 'relata compare 3 7 --sql')
  compare
    .description('show what changed between two versions')
    .argument('<from>', 'number of a version')
    .argument('<to>', 'number of a version')
    .option('--sql', 'show the statements too')
    .action((from: string, to: string, options: ServerOptions & { sql?: true }) =>
      run(() => compareVersions(from, to, options)),
    )

  const restore = withServer(program.command('restore'))
  examples(restore, 'relata restore 3 --note "back to before the move"')
  restore
    .description('publish an earlier version again, as a new version')
    .argument('<version>', 'number of the version')
    .addOption(confirmOption())
    .option('--note <text>', 'why; shown with the version')
    .option('--no-wait', 'do not wait for the work that goes on in the background')
    .action((version: string, options: RestoreOptions) => run(() => restoreVersion(version, options)))
}

async function listVersions(options: ServerOptions): Promise<ExitCode> {
  for (const { version, at, by, note } of await connect(options).metadata.versions()) {
    const words = [
      String(version).padStart(5),
      at.slice(0, 16).replace('T', ' '),
      by?.display_name ?? 'the system',
      note,
    ]
    write(words.filter(Boolean).join('  '))
  }
  return 0
}

async function compareVersions(from: string, to: string, options: ServerOptions & { sql?: true }): Promise<ExitCode> {
  const { steps } = await connect(options).metadata.compare(numberOf(from), numberOf(to))
  const lines = stepsText(steps, { withSql: options.sql === true })
  write(lines.length > 0 ? lines.join('\n') : 'No table changes.')
  return 0
}

async function restoreVersion(version: string, options: RestoreOptions): Promise<ExitCode> {
  const relata = connect(options)
  const published = await relata.metadata.restore(numberOf(version), {
    confirm: options.confirm,
    ...(options.note === undefined ? {} : { note: options.note }),
  })
  write(`Version ${published.version} is published: it has what version ${version} had.`)
  return options.wait ? waitForJobs(relata, published.jobs) : 0
}

/** @throws RL104 */
function numberOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new RelataError('RL104', `“${text}” is not the number of a version.`, {
    hint: 'See them with: relata versions',
  })
}
