// `relata plugin dry-run`: what hooks would do to the records that were changed last, before anybody is concerned.
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import type { WireDryHook, WireDryRecord, WireDryRun } from '../../wire/plugins.ts'
import { readArchive } from '../../plugin/archive.ts'
import { connect, count, examples, type ExitCode, run, type ServerOptions, withServer, write } from '../command.ts'
import { type BuildOptions, withBuild } from './build.ts'
import { archiveOf } from './install.ts'

interface DryRunOptions extends ServerOptions, BuildOptions {
  last: string
  hook?: string
  next?: true
  package?: string
}

export function addDryRunCommand(plugin: Command): void {
  examples(
    withBuild(withServer(plugin.command('dry-run'))),
    'relata plugin dry-run visits visits.visit',
    'relata plugin dry-run visits visits.visit --hook next_day --last 500',
    'relata plugin dry-run visits visits.visit --package visits-1.1.0.relata',
  )
    .description('show what the hooks of a plugin would do to the records that were changed last; nothing is kept')
    .argument('<name>')
    .argument('<entity>', 'qualified: visits.visit')
    .option('--hook <name>', 'only this one')
    .option('--last <number>', 'so many records, at most 500', '100')
    .option('--next', 'of the version that waits')
    .option('--package <file-or-folder>', 'of a version that is not installed')
    .addHelpText('after', '\nExit code 1: a hook failed, or time ran out.')
    .action((name: string, entity: string, options: DryRunOptions) => run(() => dryRun(name, entity, options)))
}

async function dryRun(name: string, entity: string, options: DryRunOptions): Promise<ExitCode> {
  const last = Number(options.last)
  if (!Number.isInteger(last) || last < 1 || last > 500) {
    throw new RelataError('RL104', `--last is a number from 1 to 500, not “${options.last}”.`)
  }
  const archive = options.package === undefined ? undefined : await archiveOf(options.package, options)
  if (options.package !== undefined && !archive) return 1
  if (archive && readArchive(archive).name !== name) {
    throw new RelataError('RL104', `${options.package} is the plugin ${readArchive(archive).name}, not ${name}.`)
  }
  const { plugins } = connect(options)
  const tried = await plugins.dryRun(name, {
    ...{ entity, last },
    ...(options.hook === undefined ? {} : { hook: options.hook }),
    ...(options.next ? { isNext: true } : {}),
    ...(archive ? { archive } : {}),
  })
  write(dryRunText(name, tried))
  return tried.isComplete && tried.hooks.every(({ failed }) => failed === 0) ? 0 : 1
}

function dryRunText(name: string, { entity, version, tried, isComplete, hooks, records }: WireDryRun['data']): string {
  return [
    `${name} ${version}, tried on ${count(tried, 'record')} of ${entity}. Nothing of it was kept.`,
    ...(isComplete ? [] : ['Time ran out: not all of them were tried.']),
    ...(hooks.length === 0 ? ['It has no hook there.'] : ['', ...hooks.map(hookText)]),
    ...records.flatMap((record) => ['', ...recordText(record)]),
  ].join('\n')
}

function hookText({ name, when, on, records, ...counts }: WireDryHook): string {
  const outcomes = (['changed', 'refused', 'failed', 'sent'] as const).flatMap((one) =>
    counts[one] > 0 ? [`${one} ${counts[one]}`] : [],
  )
  return `${name} (${when} ${on.join(', ')}): ${records} asked, ${outcomes.join(', ') || 'no difference'}`
}

function recordText({ id, label, hook, operation, outcome, changes, problems, sent }: WireDryRecord): string[] {
  return [
    `${label} (${id}): ${hook} ${outcome}, at ${operation}`,
    ...changes.map(({ field, from, to }) => `  ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`),
    ...problems.map(({ path, message, at }) => `  ${[path, message, at && `(${at})`].filter(Boolean).join(' ')}`),
    ...sent.map(({ kind, what, detail }) => `  ${kind} ${what}${detail === null ? '' : `: ${detail}`}`),
  ]
}
