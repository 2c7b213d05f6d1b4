// `relata plugin jobs` and `relata plugin usage`: what a plugin does by itself, and what that costs.
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import type { WirePluginUsage } from '../../wire/plugins.ts'
import { connect, examples, type ExitCode, run, type ServerOptions, withServer, write } from '../command.ts'

interface UsageOptions extends ServerOptions {
  hours: string
}

export function addWorkCommands(plugin: Command): void {
  const jobs = plugin.command('jobs').description('jobs of a plugin')
  examples(jobs, 'relata plugin jobs list visits', 'relata plugin jobs run visits remind')
  examples(withServer(jobs.command('list')), 'relata plugin jobs list visits')
    .description('list the jobs of a plugin, with their schedules')
    .argument('<name>')
    .action((name: string, options: ServerOptions) => run(() => listJobs(name, options)))
  examples(
    withServer(jobs.command('run')),
    'relata plugin jobs run visits remind',
    'relata plugin jobs run visits remind \'{"day": "2026-03-02"}\'',
  )
    .description('run a job now, and wait until it is over')
    .argument('<name>')
    .argument('<job>', 'as the plugin calls it')
    .argument('[payload]', 'what it is given, as JSON')
    .action((name: string, job: string, payload: string | undefined, options: ServerOptions) =>
      run(() => runJob(name, job, payload, options)),
    )
  examples(withServer(plugin.command('usage')), 'relata plugin usage visits', 'relata plugin usage visits --hours 24')
    .description('show how often the parts of a plugin ran, how they failed and what time they took')
    .argument('<name>')
    .option('--hours <number>', 'back from now', '168')
    .action((name: string, options: UsageOptions) => run(() => usage(name, options)))
}

async function listJobs(name: string, options: ServerOptions): Promise<ExitCode> {
  const { jobs } = (await connect(options).plugins.get(name)).behaviour
  for (const job of jobs) write(`${job.name.padEnd(24)} ${job.schedule ?? 'no schedule: runs when it is asked for'}`)
  if (jobs.length === 0) write(`${name} has no jobs.`)
  return 0
}

async function runJob(
  name: string,
  job: string,
  payload: string | undefined,
  options: ServerOptions,
): Promise<ExitCode> {
  await connect(options).plugins.runJob(name, job, payload === undefined ? null : parsed(payload))
  write(`${job} of ${name} has run. What it noted: relata plugin log ${name}`)
  return 0
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new RelataError('RL104', 'What a job is given must be JSON, such as \'{"day": "2026-03-02"}\'.', { cause })
  }
}

async function usage(name: string, options: UsageOptions): Promise<ExitCode> {
  const hours = Number(options.hours)
  if (!Number.isInteger(hours) || hours < 1) {
    throw new RelataError('RL104', `--hours is a whole number, not “${options.hours}”.`)
  }
  const rows = sums(await connect(options).plugins.usage(name, hours))
  if (rows.length === 0) write(`${name} did not run in the last ${hours} hours.`)
  else for (const row of [HEAD, ...rows]) write(row.map((cell, at) => fitted(cell, at)).join(' '))
  return 0
}

const HEAD = ['part', 'calls', 'failed', 'refused', 'limits', 'mean ms', 'slowest']
const fitted = (cell: string, at: number): string => (at === 0 ? cell.padEnd(32) : cell.padStart(8))

/** Hours together, for each part; what took the most time stands first. */
function sums(hours: WirePluginUsage['data']): string[][] {
  const parts = Map.groupBy(hours, ({ kind, entry }) => `${kind} ${entry}`)
  return [...parts]
    .map(([part, rows]) => {
      const sum = (of: 'calls' | 'failures' | 'refusals' | 'limits' | 'wall_ms'): number =>
        rows.reduce((total, row) => total + row[of], 0)
      const slowest = Math.max(...rows.map(({ slowest_ms }) => slowest_ms))
      return { part, calls: sum('calls'), wallMs: sum('wall_ms'), slowest, sum }
    })
    .toSorted((a, b) => b.wallMs - a.wallMs)
    .map(({ part, calls, wallMs, slowest, sum }) => [
      ...[part, calls, sum('failures'), sum('refusals'), sum('limits')].map(String),
      ...[(wallMs / Math.max(calls, 1)).toFixed(1), slowest.toFixed(0)],
    ])
}
