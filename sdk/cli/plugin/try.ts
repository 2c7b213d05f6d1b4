// `relata plugin try | run | usage`: what its hooks would do, a job at once, what it costs.
import type { Command } from 'commander'
import { RelataError } from '../../errors.ts'
import type { WireDryRecord, WireDryRun } from '../../wire/plugin-dry-run.ts'
import type { WirePluginUsage } from '../../wire/plugins.ts'
import {
  connect,
  count,
  examples,
  type ExitCode,
  harmless,
  run,
  type ServerOptions,
  withServer,
  write,
} from '../command.ts'

interface TryOptions extends ServerOptions {
  last: string
  hook?: string
  next?: true
}

export function addTryCommands(plugin: Command): void {
  examples(
    withServer(plugin.command('try')),
    'relata plugin try visits base.person',
    'relata plugin try visits base.person --last 500',
  )
    .description(
      'run the hooks of a plugin on records that are there, and show what they would have done; nothing is kept',
    )
    .argument('<name>')
    .argument('<entity>', 'such as base.person')
    .option('--last <number>', 'so many that were changed last, 500 at most', '100')
    .option('--hook <name>', 'only this one')
    .option('--next', 'the version that waits, and not the one that runs')
    .action((name: string, entity: string, options: TryOptions) => run(() => tryOut(name, entity, options)))
  examples(
    withServer(plugin.command('run')),
    'relata plugin run visits remind',
    `relata plugin run visits remind '{"weeks": 4}'`,
  )
    .description('run a job of a plugin now, and wait until it is over')
    .argument('<name>')
    .argument('<job>')
    .argument('[json]', 'what the job is given')
    .action((name: string, job: string, json: string | undefined, options: ServerOptions) =>
      run(() => runJob(name, job, json, options)),
    )
  examples(withServer(plugin.command('usage')), 'relata plugin usage visits', 'relata plugin usage visits --hours 168')
    .description('show how often each part of a plugin ran, how long, and what went wrong')
    .argument('<name>')
    .option('--hours <number>', 'back from now', '24')
    .action((name: string, options: ServerOptions & { hours: string }) => run(() => usage(name, options)))
}

async function tryOut(name: string, entity: string, { last, hook, next, ...options }: TryOptions): Promise<ExitCode> {
  const found = await connect(options).plugins.dryRun(name, {
    entity,
    last: whole(last, '--last'),
    ...(hook === undefined ? {} : { hook }),
    ...(next ? { isNext: true } : {}),
  })
  for (const line of dryRunText(found)) write(harmless(line))
  return found.hooks.some(({ failed }) => failed > 0) ? 1 : 0
}

/** Lines that a person reads. */
export function dryRunText({ version, tried, hooks, records, isComplete, entity }: WireDryRun['data']): string[] {
  if (tried === 0) return [`There are no records of ${entity} to try it on.`]
  const of = (name: string, number: number): string[] => (number === 0 ? [] : [`${name} ${number}`])
  return [
    `${count(tried, 'record')} of ${entity}, version ${version}${isComplete ? '' : '; time ran out before all were tried'}:`,
    ...hooks.map(({ name, when, records: asked, changed, refused, failed, sent }) => {
      const did = [...of('changed', changed), ...of('refused', refused), ...of('failed', failed), ...of('sent', sent)]
      return `  ${name} (${when}): asked about ${asked}, ${did.join(', ') || 'no difference'}`
    }),
    ...records.flatMap(recordText),
  ]
}

function recordText({ id, label, hook, changes, problems, sent }: WireDryRecord): string[] {
  return [
    `${label || id} (${hook})`,
    ...changes.map(({ field, from, to }) => `  ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`),
    ...problems.map(({ path, message, at }) => `  ${[path, message, at].filter(Boolean).join('  ')}`),
    ...sent.map(({ kind, what }) => `  ${kind}: ${what}`),
  ]
}

async function runJob(name: string, job: string, json: string | undefined, options: ServerOptions): Promise<ExitCode> {
  await connect(options).plugins.runJob(name, job, json === undefined ? null : parse(json))
  write(`${job} of ${name} has run.`)
  return 0
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new RelataError('RL104', 'What the job is given is not JSON.', { cause, hint: 'Such as \'{"weeks": 4}\'.' })
  }
}

async function usage(name: string, { hours, ...options }: ServerOptions & { hours: string }): Promise<ExitCode> {
  const data = await connect(options).plugins.usage(name, whole(hours, '--hours'))
  if (data.length === 0) write(`${name} has not run in the last ${hours} hours.`)
  for (const line of usageText(data)) write(line)
  return 0
}

/** A table, the costliest part first. */
export function usageText(data: WirePluginUsage['data']): string[] {
  if (data.length === 0) return []
  const parts = [...Map.groupBy(data, ({ kind, entry }) => `${kind} ${entry}`)].map(([name, of]) => {
    const sum = (pick: (hour: (typeof of)[number]) => number): number =>
      of.reduce((total, hour) => total + pick(hour), 0)
    const [calls, wallMs] = [sum((one) => one.calls), sum((one) => one.wall_ms)]
    const bad = [sum((one) => one.failures), sum((one) => one.refusals), sum((one) => one.limits)]
    const slowest = Math.max(...of.map(({ slowest_ms }) => slowest_ms))
    return {
      wallMs,
      cells: [name, calls, ...bad, `${(wallMs / Math.max(1, calls)).toFixed(1)} ms`, `${slowest.toFixed(1)} ms`].map(
        String,
      ),
    }
  })
  const rows = parts.toSorted((a, b) => b.wallMs - a.wallMs).map(({ cells }) => cells)
  const table = [['part', 'calls', 'failures', 'refusals', 'limits', 'average', 'slowest'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  return table.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
}

/** @throws RL104 */
function whole(text: string, option: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new RelataError('RL104', `${option} takes a whole number, not “${text}”.`)
}
